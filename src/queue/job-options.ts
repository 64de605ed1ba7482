import { createHash } from "node:crypto";
import type { JobsOptions } from "bullmq";
import type { JobPolicy } from "../contract/job-policy.ts";

/** A job's policy, as BullMQ's options. */
export function createPolicyOptions({ attempts: { max, backoffMs, jitter } }: JobPolicy) {
  return {
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
