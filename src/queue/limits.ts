import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../contract/queues.ts";

/** Has Redis hold all workers of the queue to its limits, and to none that it has no more. */
export async function setLimits(
  queue: Queue,
  { concurrency, rate }: Pick<QueueSpec, "concurrency" | "rate">,
): Promise<void> {
  await Promise.all([
    concurrency === undefined
      ? queue.removeGlobalConcurrency()
      : queue.setGlobalConcurrency(concurrency),
    rate === undefined
      ? queue.removeGlobalRateLimit()
      : queue.setGlobalRateLimit(rate.max, rate.perMs),
  ]);
}

/**
 * Gives back what a heartbeat, which is no work, has taken of the rate. In one step: without the
 * window that it belongs to, the count would begin below zero and never end.
 */
const giveBackScript = `
if tonumber(redis.call("GET", KEYS[1]) or 0) > 0 then redis.call("INCRBY", KEYS[1], -1) end
`;

export async function giveBackTurn(queue: Queue, redis: Redis): Promise<void> {
  await redis.eval(giveBackScript, 1, queue.toKey("limiter"));
}
