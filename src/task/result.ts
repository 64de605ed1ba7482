import { z } from "zod";
import { findJsonProblem, type JsonProblem } from "./json-value.ts";
import { TaskRejectedError } from "./task.ts";
import { ResultError } from "./failure.ts";

/** As JSON. */
export const resultBytes = 65_536;

/**
 * A task's result as Redis keeps it; undefined if it returned none.
 * Throws `ResultError` for one that JSON would change or drop, which only the task's author can fix,
 * and `TaskRejectedError` for a number that is none or too large a result, which the input asked for.
 */
export function formatResult(result: unknown): string | undefined {
  if (result === undefined) return undefined;
  // Each part takes a byte or more.
  const found = lookThrough(result);
  if (found !== undefined && found.kind !== "size") {
    const where = found.path.length === 0 ? "" : ` at "${z.core.toDotPath(found.path)}"`;
    const reason = `the result${where} ${found.problem}`;
    if (found.kind === "number") throw new TaskRejectedError("overflow", reason);
    throw new ResultError(reason);
  }
  const json = found === undefined ? JSON.stringify(result) : undefined;
  if (json === undefined || Buffer.byteLength(json) > resultBytes) {
    throw new TaskRejectedError("overflow", `the result is larger than ${resultBytes} bytes`);
  }
  return json;
}

/** A getter of the result's may throw, as that of a connection which is closed. */
function lookThrough(result: unknown): JsonProblem | undefined {
  try {
    return findJsonProblem(result, resultBytes);
  } catch (error) {
    throw new ResultError(`the result cannot be read: ${String(error)}`, { cause: error });
  }
}
