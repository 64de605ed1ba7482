import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { EndedSet } from "./queue.ts";

/** Notes that jobs which ended at that Unix time in ms, or before, were removed before their time. */
export async function recordForgotten(
  queue: Queue,
  redis: Redis,
  set: EndedSet,
  endedAt: number,
): Promise<void> {
  await redis.hset(keyOf(queue), set, endedAt);
}

/** Unix time in ms up to which ended jobs may be missing although their time is not over; 0 when none is. */
export async function readForgotten(queue: Queue, redis: Redis, set: EndedSet): Promise<number> {
  return Number((await redis.hget(keyOf(queue), set)) ?? 0);
}

function keyOf(queue: Queue): string {
  return queue.toKey("forgotten");
}
