import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { cancelJob } from "../../src/queue/cancellation.ts";
import { createRandomId } from "../../src/queue/job-id.ts";

/** Adds so many divisions that have failed, as cancelled, and returns their ids. */
export async function addFailedJobs(queue: Queue, redis: Redis, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => createRandomId());
  const data = { x: 1, y: 1, delayMs: 0 };
  await queue.addBulk(ids.map((jobId) => ({ name: "quotient", data, opts: { jobId } })));
  await Promise.all(ids.map((id) => cancelJob(queue, redis, id)));
  return ids;
}
