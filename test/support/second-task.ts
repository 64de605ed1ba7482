import { loadTasks, type Tasks } from "../../src/task/registry.ts";

/** The task that is shipped and `repeat`, a second one, which nothing but its own file knows of. */
export async function loadTwoTasks(): Promise<Tasks> {
  const shipped = await loadTasks();
  const added = await loadTasks(new URL("./tasks/", import.meta.url));
  return new Map([...shipped, ...added]);
}
