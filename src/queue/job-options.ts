import type { JobsOptions } from "bullmq";
import type { JobPolicy } from "../contract/job-policy.ts";

/** A job's policy, as BullMQ's options. */
export function createPolicyOptions({ attempts: { max, backoffMs, jitter } }: JobPolicy) {
  return {
    attempts: max,
    backoff: { type: "exponential", delay: backoffMs, jitter },
  } satisfies JobsOptions;
}
