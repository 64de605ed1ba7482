import { type Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { prefixOf } from "../../src/queue/keys.ts";

/** BullMQ's worker and nothing else, with the same result for each job as the task of the benchmarks. */
export function openBareWorker(queue: Queue, redis: Redis, concurrency: number) {
  const worker = new Worker(queue.name, async () => ({ value: null }), {
    connection: redis,
    prefix: prefixOf(queue.name),
    concurrency,
  });
  return { worker, close: () => worker.close() };
}
