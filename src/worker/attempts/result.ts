import { TaskRejectedError } from "../../task/task.ts";

const resultBytes = 65_536;

/**
 * A task's result as Redis keeps it; undefined if it returned none.
 * Throws `TaskRejectedError` for one that Redis would not give back as it was, or too large a one.
 */
export function formatResult(result: unknown): string | undefined {
  const json = JSON.stringify(result, (key, value) => {
    // JSON silently turns Infinity and NaN into null: a wrong result is worse than none.
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TaskRejectedError("overflow", `the result${key && ` at "${key}"`} is ${value}`);
    }
    return value;
  });
  if (json !== undefined && Buffer.byteLength(json) > resultBytes) {
    throw new TaskRejectedError("overflow", `the result is larger than ${resultBytes} bytes`);
  }
  return json;
}
