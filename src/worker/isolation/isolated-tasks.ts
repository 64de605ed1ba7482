import { locateTask, type Tasks } from "../../task/registry.ts";
import { SubmitError } from "../../task/failure.ts";
import type { JobContext } from "../../task/job-context.ts";
import type { Task } from "../../task/task.ts";
import type { IsolatedRun, WorkerTask } from "../../task/run-task.ts";
import type { Children } from "./children.ts";
import type { ReadAsked } from "./messages.ts";

const unheard: IsolatedRun = {
  onBegin: () => undefined,
  reports: { progress: () => undefined, log: () => undefined },
};

/** The same tasks, of which those that are `isolated` run in child processes. */
export function isolateTasks(tasks: Tasks, children: Children, folder: URL): Tasks {
  const isolate = (name: string, task: Task): WorkerTask => ({
    ...task,
    run: async (input, job, isolated = unheard) =>
      children.run({ task: name, file: locateTask(name, folder) }, input, job, {
        ...isolated,
        submit: (wanted) => submitNamed(tasks, job, wanted),
      }),
  });
  return new Map(
    [...tasks].map(([name, task]) => [name, task.isolated === true ? isolate(name, task) : task]),
  );
}

/** Of a process' own words nothing is believed: its worker reads them as those of any task. */
async function submitNamed(
  tasks: Tasks,
  job: JobContext,
  { task: name, json, key, start }: ReadAsked,
): Promise<{ readonly id: string }> {
  const task = tasks.get(name);
  if (task === undefined) throw new SubmitError(`there is no task "${name}"`);
  const { runAt, delayMs }: { runAt?: number; delayMs?: number } = start ?? {};
  const options = { key, delayMs, ...(runAt !== undefined && { runAt: new Date(runAt) }) };
  return job.submit(task, json as Record<string, unknown>, options);
}
