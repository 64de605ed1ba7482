import { strictInput } from "./input-schema.ts";
import type { Task } from "./task.ts";

/** Why the task would refuse the input of one of its own examples, or `undefined`. */
export function findExampleProblem(task: Task): string | undefined {
  for (const [index, { input }] of (task.examples ?? []).entries()) {
    const issue = strictInput(task).safeParse(input).error?.issues[0];
    if (issue !== undefined) {
      const field = ["input", ...issue.path].join(".");
      return `the "${field}" of its example ${index + 1} does not fit its schema: ${issue.message}`;
    }
  }
  return undefined;
}
