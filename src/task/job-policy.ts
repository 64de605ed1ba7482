import { inspect } from "node:util";
import { defaultPolicy, type JobPolicy } from "../contract/job-policy.ts";
import type { Task } from "./task.ts";

/**
 * What holds of a task's job with that input, which its schema has returned. Throws where the task's
 * own `unique` does, or returns no key.
 */
export function policyOf(
  { attempts, priority, unique }: Pick<Task, "attempts" | "priority" | "unique">,
  input: Record<string, unknown>,
): JobPolicy {
  // Its author may have left types aside.
  const uniqueKey: unknown = unique?.(input);
  if (uniqueKey !== undefined && typeof uniqueKey !== "string") {
    throw new TypeError(
      `the task's "unique" has returned ${inspect(uniqueKey, { depth: 0 })}, expected a text or undefined`,
    );
  }
  return {
    attempts: { ...defaultPolicy.attempts, ...attempts },
    priority: priority ?? defaultPolicy.priority,
    uniqueKey,
  };
}
