import { defaultPolicy, type JobPolicy } from "../contract/job-policy.ts";
import type { Task } from "./task.ts";

/** What holds of a task's jobs. */
export function policyOf({ attempts }: Pick<Task, "attempts">): JobPolicy {
  return { attempts: { ...defaultPolicy.attempts, ...attempts } };
}
