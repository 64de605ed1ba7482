import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { bucketMs, type OverviewBucket, startOf } from "../../src/producer/overview/bucket.ts";
import { keepBucket } from "../../src/queue/overview-buckets.ts";

/** Keeps five minutes so many times five minutes before the last that are over for certain. */
export async function keepFiveMinutes(
  queue: Queue,
  redis: Redis,
  ago: number,
  told: Partial<Omit<OverviewBucket, "at">> = {},
): Promise<void> {
  const startMs = startOf(Date.now()) - (ago + 2) * bucketMs;
  const text = JSON.stringify(createBucket(startMs, told));
  await keepBucket(queue, redis, { startMs, text });
}

/** What is told of five minutes in which a few jobs ended, as far as nothing else is given. */
export function createBucket(
  startMs: number,
  told: Partial<Omit<OverviewBucket, "at">> = {},
): OverviewBucket {
  return {
    at: new Date(startMs + bucketMs).toISOString(),
    queue: { waiting: 4, working: 1, workers: 2, oldest_waiting_seconds: 0 },
    ended: createEnded(2),
    ...told,
  };
}

/** So many that succeeded, and one that did not. */
export function createEnded(succeeded: number): NonNullable<OverviewBucket["ended"]> {
  return {
    succeeded,
    failed: 1,
    failures: { division_by_zero: 1 },
    wait_seconds: { p50: 0.1, p95: 0.2 },
    end_to_end_seconds: { p50: 0.2, p95: 0.4 },
  };
}
