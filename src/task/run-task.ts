import type { Task } from "./task.ts";
import { TimeLimitError } from "./failure.ts";
import { formatResult } from "./result.ts";

/** A task as a worker runs it. */
export interface WorkerTask extends Task {
  /** One that is isolated calls `onBegin` once its process is there: its time begins then. */
  run(input: Record<string, unknown>, signal: AbortSignal, onBegin?: () => void): Promise<unknown>;
}

/**
 * Runs a task on an input that its schema has returned, within its time limit, and returns what it
 * returned. Throws `signal.reason` once `signal` aborts, `TimeLimitError` at the time limit,
 * `TaskRejectedError` for a result that Redis would not give back as it was, and otherwise what the
 * task throws.
 */
export async function runTask(
  task: WorkerTask,
  input: Record<string, unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  const stop = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  // Nobody else listens where the task is isolated.
  stopped.catch(() => undefined);
  const end = (reason: unknown) => {
    stop.abort(reason);
    reject(reason);
  };
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
    const isolated = task.isolated === true;
    if (!isolated) startClock();
    const work = isolated ? task.run(input, stop.signal, startClock) : task.run(input, stop.signal);
    // A task that ignores its signal must not hold the slot's outcome back; an isolated one cannot,
    // and is waited for so that nothing of it goes on when the job runs again.
    const result = await (isolated ? work : Promise.race([work, stopped]));
    stop.signal.throwIfAborted();
    formatResult(result);
    return result;
  } catch (error) {
    // Most libraries throw an AbortError of their own: the reason is what the caller can act on.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
