import { z } from "zod";
import { resultBytes } from "../contract/result-limits.ts";
import { findJsonProblem, type JsonProblem } from "./json-value.ts";
import { TaskRejectedError } from "./task.ts";
import { ResultError } from "./failure.ts";

/**
 * A task's result as Redis keeps it, of so many bytes at most; undefined if it returned none.
 * Throws `ResultError` for one that JSON would change or drop, which only the task's author can fix,
 * and `TaskRejectedError` for a number that is none or too large a result, which the input asked for.
 */
export function formatResult(
  result: unknown,
  maxBytes: number = resultBytes.usual,
): string | undefined {
  if (result === undefined) return undefined;
  // Each part takes a byte or more.
  const found = lookThrough(result, maxBytes);
  if (found !== undefined && found.kind !== "size") {
    const where = found.path.length === 0 ? "" : ` at "${z.core.toDotPath(found.path)}"`;
    const reason = `the result${where} ${found.problem}`;
    if (found.kind === "number") throw new TaskRejectedError("overflow", reason);
    throw new ResultError(reason);
  }
  const json = found === undefined ? JSON.stringify(result) : undefined;
  if (json === undefined || Buffer.byteLength(json) > maxBytes) {
    throw new TaskRejectedError("overflow", `the result is larger than ${maxBytes} bytes`);
  }
  return json;
}

/** A getter of the result's may throw, as that of a connection which is closed. */
function lookThrough(result: unknown, maxBytes: number): JsonProblem | undefined {
  try {
    return findJsonProblem(result, maxBytes);
  } catch (error) {
    throw new ResultError(`the result cannot be read: ${String(error)}`, { cause: error });
  }
}
