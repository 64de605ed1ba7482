import { inspect } from "node:util";
import { z } from "zod";
import { failureClasses } from "../contract/failures.ts";
import { strictInput } from "./input-schema.ts";
import { findJsonProblem } from "./json-value.ts";
import type { Task } from "./task.ts";

/** Far more than an example needs: what is larger is no example. */
const maxParts = 10_000;

/** Why an example says nothing, or the task would refuse its input; `undefined` if all are fine. */
export function findExampleProblem(task: Task): string | undefined {
  for (const [index, example] of (task.examples ?? []).entries()) {
    const problem = findProblem(task, example, `its example ${index + 1}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findProblem(task: Task, example: unknown, name: string): string | undefined {
  if (!isExample(example)) {
    return `${name} is ${inspect(example, { depth: 1, compact: true })}, expected { input, result } or { input, failure }`;
  }
  const { input, result = null, failure } = example;
  if (failure !== undefined && !isCallerFailure(failure)) {
    return `the "failure" of ${name} is ${inspect(failure)}, expected one of ${callerFailures.join(", ")}`;
  }
  for (const [part, value] of Object.entries({ input, result })) {
    const found = findJsonProblem(value, maxParts);
    if (found !== undefined) {
      return `the "${z.core.toDotPath([part, ...found.path])}" of ${name} ${found.problem}`;
    }
  }
  const issue = strictInput(task).safeParse(input).error?.issues[0];
  if (issue === undefined) return undefined;
  const field = ["input", ...issue.path].join(".");
  return `the "${field}" of ${name} does not fit its schema: ${issue.message}`;
}

const callerFailures = Object.entries(failureClasses)
  .filter(([, { blame }]) => blame === "caller")
  .map(([name]) => name);

function isCallerFailure(failure: unknown): boolean {
  return typeof failure === "string" && callerFailures.includes(failure);
}

function isExample(
  value: unknown,
): value is { readonly input: unknown; readonly result?: unknown; readonly failure?: unknown } {
  if (typeof value !== "object" || value === null || !("input" in value)) return false;
  return "result" in value !== "failure" in value;
}
