import { locateTask, type Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";
import type { Children } from "./children.ts";

/** The same tasks, of which those that are `isolated` run in child processes. */
export function isolateTasks(tasks: Tasks, children: Children, folder: URL): Tasks {
  const isolate = (name: string, task: Task): Task => ({
    ...task,
    run: async (input, signal) =>
      children.run({ task: name, file: locateTask(name, folder) }, input, signal),
  });
  return new Map(
    [...tasks].map(([name, task]) => [name, task.isolated === true ? isolate(name, task) : task]),
  );
}
