import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";

/** A field of ours beside BullMQ's own in the job's hash. */
const field = "endedBefore";

/**
 * Whether the job, which has had attempts, had ended before this one, and somebody has retried it since, in Bull Board
 * or elsewhere. BullMQ keeps no note of it, but removes the reason of the failure then, and of a
 * success it leaves an attempt without an error; that is noted, as further attempts hide it. Of a job
 * with as many errors as BullMQ keeps for it, a success in between shows no more.
 */
export async function readEndedBefore(queue: Queue, redis: Redis, job: Job): Promise<boolean> {
  const key = queue.toKey(job.id ?? "");
  const keptErrors = job.opts.stackTraceLimit ?? Number.POSITIVE_INFINITY;
  const errors = Math.min(job.attemptsMade, keptErrors);
  if (job.failedReason && (job.stacktrace?.length ?? 0) >= errors) {
    return hasEndedBefore(queue, redis, job);
  }
  await redis.hset(key, field, 1);
  return true;
}

/** What an attempt has noted of that; by itself enough for a job that has stalled, as it had attempts that did not end. */
export async function hasEndedBefore(queue: Queue, redis: Redis, job: Job): Promise<boolean> {
  return (await redis.hexists(queue.toKey(job.id ?? ""), field)) === 1;
}
