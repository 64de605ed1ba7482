import { loadTasks, type Tasks } from "../../src/task/registry.ts";
import { fixtureTasks } from "./fixture-tasks.ts";

/** The task of most tests and `repeat`, a second one, which nothing but its own file knows of. */
export async function loadTwoTasks(): Promise<Tasks> {
  const usual = await loadTasks(fixtureTasks);
  const added = await loadTasks(new URL("./second-tasks/", import.meta.url));
  return new Map([...usual, ...added]);
}
