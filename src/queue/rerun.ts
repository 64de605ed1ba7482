import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";

/** A field of ours beside BullMQ's own in the job's hash. */
const field = "endedBefore";

/**
 * Whether the job, which was started before, had ended before this attempt, and somebody has retried
 * it since, in Bull Board or elsewhere. BullMQ keeps no note of it, but removes the reason of the
 * failure then, and of a success it leaves an attempt without an error; that is noted, as further
 * attempts hide it. Of a job with as many errors as BullMQ keeps for it, a success in between shows
 * no more. What was cancelled while it waited has a note of it already.
 */
export async function readEndedBefore(queue: Queue, redis: Redis, job: Job): Promise<boolean> {
  if (!showsEnd(job)) return hasEndedBefore(queue, redis, job);
  await redis.hset(queue.toKey(job.id ?? ""), field, 1);
  return true;
}

/** Whether the record of a job that has not ended shows by itself that it had. */
export function showsEnd({
  attemptsMade,
  failedReason,
  stacktrace,
  opts,
}: {
  readonly attemptsMade: number;
  readonly failedReason?: string | undefined;
  readonly stacktrace?: readonly unknown[] | null;
  readonly opts: { readonly stackTraceLimit?: number | undefined };
}): boolean {
  const errors = Math.min(attemptsMade, opts.stackTraceLimit ?? Number.POSITIVE_INFINITY);
  return attemptsMade > 0 && (!failedReason || (stacktrace?.length ?? 0) < errors);
}

/** What an attempt has noted of that; by itself enough for a job that has stalled, as it had attempts that did not end. */
export async function hasEndedBefore(queue: Queue, redis: Redis, job: Job): Promise<boolean> {
  return (await redis.hexists(queue.toKey(job.id ?? ""), field)) === 1;
}
