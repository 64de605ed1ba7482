import type { SubmitChild } from "./child-job.ts";
import type { JobContext } from "./job-context.ts";
import { type JobReports, openJobContext } from "./job-reports.ts";
import type { Task } from "./task.ts";
import { TimeLimitError } from "./failure.ts";
import { formatResult } from "./result.ts";

/** What an isolated task's process tells, instead of a call in this one. */
export interface IsolatedRun {
  /** The process is there: the task's time begins. */
  readonly onBegin: () => void;
  /** Bounded and well-formed, as the process has made it. */
  readonly reports: JobReports;
}

/** An attempt of a job, from where its task is run. */
export interface TaskRun extends Pick<JobContext, "id" | "attempt" | "signal"> {
  readonly reports: JobReports;
  readonly submit: SubmitChild;
}

/** A task as a worker runs it. */
export interface WorkerTask extends Task {
  run(input: Record<string, unknown>, job: JobContext, isolated?: IsolatedRun): Promise<unknown>;
}

/**
 * Runs a task on an input that its schema has returned, within its time limit, and returns what it
 * returned. Throws `signal.reason` once the given `signal` aborts, `TimeLimitError` at the time limit,
 * `TaskRejectedError` for a result that Redis would not give back as it was, and otherwise what the
 * task throws.
 */
export async function runTask(
  task: WorkerTask,
  input: Record<string, unknown>,
  { signal, reports, submit, ...identity }: TaskRun,
): Promise<unknown> {
  const isolated = task.isolated === true;
  const stop = new AbortController();
  const { promise: outcome, resolve, reject } = Promise.withResolvers<unknown>();
  const end = (reason: unknown) => {
    stop.abort(reason);
    // A task that ignores its signal must not hold the slot's outcome back; an isolated one cannot,
    // and is waited for so that nothing of it goes on when the job runs again.
    if (!isolated) reject(reason);
  };
  const context = openJobContext({ ...identity, signal: stop.signal }, reports, submit);
  let timer: NodeJS.Timeout | undefined;
  const startClock = () => {
    timer = setTimeout(() => {
      end(new TimeLimitError(`still running after its limit of ${task.timeLimitMs} ms`));
    }, task.timeLimitMs);
  };
  const onAbort = () => end(signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    if (!isolated) startClock();
    // One that throws at once rejects, too.
    const run = async () => {
      const value = await (isolated
        ? task.run(input, context.job, { onBegin: startClock, reports })
        : task.run(input, context.job));
      await context.settle();
      return value;
    };
    run().then(resolve, reject);
    const result = await outcome;
    stop.signal.throwIfAborted();
    formatResult(result, task.maxResultBytes);
    return result;
  } catch (error) {
    // Most libraries throw an AbortError of their own: the reason is what the caller can act on.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    context.close();
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
