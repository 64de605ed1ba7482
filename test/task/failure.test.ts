import { expect, test } from "vitest";
import { z } from "zod";
import { DependencyError, TaskRejectedError } from "../../src/task/task.ts";
import {
  classifyFailure,
  ResultError,
  TimeLimitError,
  UnknownTaskError,
} from "../../src/task/failure.ts";

function refused(): Error {
  return Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
}

/** An error that is its own cause. */
function circular(): Error {
  const error = new Error("round and round");
  error.cause = error;
  return error;
}

test.each([
  [new TaskRejectedError("overflow", "too big"), "overflow", false],
  [z.number().safeParse("x").error, "_OTHER", true],
  [new TimeLimitError("too long"), "timeout", false],
  [new UnknownTaskError("no such task"), "unknown_task", false],
  [new DependencyError("no answer"), "dependency", true],
  [refused(), "dependency", true],
  [new TypeError("fetch failed", { cause: refused() }), "dependency", true],
  [new Error("whatever"), "_OTHER", true],
  ["a string", "_OTHER", true],
  [undefined, "_OTHER", true],
  [{ count: 1n }, "_OTHER", true],
  [Object.assign(new Error("x"), { message: { code: 3 } }), "_OTHER", true],
  [circular(), "_OTHER", true],
  [new ResultError("a Map"), "_OTHER", false],
])("sorts %o as %s", (error, failureClass, retryable) => {
  expect(classifyFailure(error)).toMatchObject({ failureClass, retryable });
});

test("keeps a reason short enough for Redis and the pages", () => {
  expect(classifyFailure(new Error("x".repeat(10_000))).reason).toHaveLength(2_000);
});
