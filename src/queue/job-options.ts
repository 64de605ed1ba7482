import { createHash } from "node:crypto";
import type { JobsOptions } from "bullmq";
import { type JobPolicy, priorities } from "../contract/job-policy.ts";

/** A job's policy, as BullMQ's options. */
export function createPolicyOptions(policy: JobPolicy) {
  const { max, backoffMs, jitter } = policy.attempts;
  const priority = priorities[policy.priority];
  return {
    // Nearly all jobs have none, which is not stored with each of them.
    ...(priority > 0 && { priority }),
    attempts: max,
    backoff: { type: "exponential", delay: backoffMs, jitter },
  } satisfies JobsOptions;
}

/** Has BullMQ add the job only while no unfinished one of its task has the key, which may be of any length. */
export function onlyOne(task: string, { uniqueKey }: JobPolicy): JobsOptions {
  if (uniqueKey === undefined) return {};
  const id = createHash("sha256")
    .update(JSON.stringify([task, uniqueKey]))
    .digest("base64url");
  return { deduplication: { id } };
}

/** Whether a job with these options, as Redis keeps them, was added so. */
export function isUnique(options: string): boolean {
  return options.includes('"de":{"id":');
}
