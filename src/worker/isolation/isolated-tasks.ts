import { locateTask, type Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";
import type { IsolatedRun, WorkerTask } from "../../task/run-task.ts";
import type { Children } from "./children.ts";

const unheard: IsolatedRun = {
  onBegin: () => undefined,
  reports: { progress: () => undefined, log: () => undefined },
};

/** The same tasks, of which those that are `isolated` run in child processes. */
export function isolateTasks(tasks: Tasks, children: Children, folder: URL): Tasks {
  const isolate = (name: string, task: Task): WorkerTask => ({
    ...task,
    run: async (input, job, isolated = unheard) =>
      children.run({ task: name, file: locateTask(name, folder) }, input, job, isolated),
  });
  return new Map(
    [...tasks].map(([name, task]) => [name, task.isolated === true ? isolate(name, task) : task]),
  );
}
