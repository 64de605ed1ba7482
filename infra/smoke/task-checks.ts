import { isDeepStrictEqual } from "node:util";
import type { Check } from "./checks.ts";
import type { Deployment, Job } from "./deployment.ts";
import type { OfferedExample, OfferedTask } from "./offered-tasks.ts";

/** That every example of the tasks ends as it says; a task without one is listed alone. */
export function createTaskChecks(
  { run }: Pick<Deployment, "run">,
  tasks: readonly OfferedTask[],
): Check[] {
  return tasks.flatMap(({ name, examples }): Check[] => {
    if (examples.length === 0) {
      const promise = `the task "${name}" is there, without an example that could be run`;
      return [{ promise, run: async () => undefined }];
    }
    return examples.map(({ input, outcome }) => ({
      promise: `${name} ${JSON.stringify(input)} ${describe(outcome)}`,
      run: async () => {
        const job = await run(name, input);
        return isAsTold(job, outcome) ? undefined : explainJob(job);
      },
    }));
  });
}

function describe({ failure, result }: OfferedExample["outcome"]): string {
  if (failure !== undefined) return `fails as ${failure}`;
  return result === undefined ? "succeeds" : `gives ${JSON.stringify(result)}`;
}

function isAsTold(job: Job, { failure, result }: OfferedExample["outcome"]): boolean {
  return failure === undefined
    ? job.status === "succeeded" && isDeepStrictEqual(job.result, result)
    : job.status === "failed" && job.error_type === failure;
}

function explainJob(job: Job): string {
  if (job.refusal !== undefined) return `the producer did not take the job: ${job.refusal}`;
  if (job.waiting?.reason === "no_workers") {
    return `the job waits because no worker is connected: does the worker's host run, and "journalctl -u tripod-worker" there end without an error?`;
  }
  if (job.waiting?.reason === "paused") return "the job waits because the queue is paused";
  return `the job is "${job.status}" and not what was expected: ${JSON.stringify(job)}`;
}
