import type { Task } from "../task.ts";
import { TaskRejectedError } from "../task.ts";
import { TimeLimitError } from "./failure.ts";

const resultBytes = 65_536;

/**
 * Runs a task on a job's data within its time limit and returns what it returned.
 * Throws `signal.reason` as soon as `signal` aborts, `TimeLimitError` at the time limit, a
 * `ZodError` for data that does not fit, `TaskRejectedError` for a result that Redis would not
 * give back as it was, and otherwise what the task throws.
 */
export async function runTask(task: Task, data: unknown, signal: AbortSignal): Promise<unknown> {
  const input = task.input.parse(data);
  const stop = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    stop.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(() => {
    end(new TimeLimitError(`still running after its limit of ${task.timeLimitMs} ms`));
  }, task.timeLimitMs);
  const onAbort = () => end(signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    // A task that ignores its signal must not hold the slot's outcome back.
    const result = await Promise.race([task.run(input, stop.signal), stopped]);
    assertStorable(result);
    return result;
  } catch (error) {
    // Most libraries throw an AbortError of their own: the reason is what the caller can act on.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** JSON silently turns Infinity and NaN into null: a wrong result is worse than none. */
function assertStorable(result: unknown): void {
  const json = JSON.stringify(result, (key, value) => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TaskRejectedError("overflow", `the result${key && ` at "${key}"`} is ${value}`);
    }
    return value;
  });
  if (json !== undefined && Buffer.byteLength(json) > resultBytes) {
    throw new TaskRejectedError("overflow", `the result is larger than ${resultBytes} bytes`);
  }
}
