import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { parseTime } from "./stored-time.ts";

/** A field of ours beside BullMQ's own in the job's hash: `<attempts made>:<Unix time in ms>`. */
const field = "postponed";

/**
 * Puts a running job off that this worker cannot run: it costs no attempt and leaves no trace of
 * having started. `since` is when a worker did so first, as Unix time in ms.
 */
export async function postponeJob(
  queue: Queue,
  job: Job,
  { token, since, delayMs }: { token: string | undefined; since: number; delayMs: number },
): Promise<void> {
  await queue.getBackend().moveToDelayed(job.id ?? "", Date.now(), delayMs, token, {
    skipAttempt: true,
    fieldsToUpdate: {
      [field]: `${job.attemptsMade}:${since}`,
      ats: job.attemptsStarted - 1,
      processedOn: "",
    },
  });
}

/**
 * Unix time in ms since when the job has waited for a worker that can run it; `undefined` if it
 * does not, or if an attempt has ended since.
 */
export async function readPostponedSince(
  queue: Queue,
  redis: Redis,
  job: Pick<Job, "id" | "attemptsMade">,
): Promise<number | undefined> {
  const text = await redis.hget(queue.toKey(job.id ?? ""), field);
  const [attemptsMade, since] = (text ?? "").split(":");
  return Number(attemptsMade || Number.NaN) === job.attemptsMade ? parseTime(since) : undefined;
}
