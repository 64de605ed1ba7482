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
  // A client's own jobs go first, so the oldest of all may be older than what went before.
  const forgottenAt = await readForgotten(queue, redis, set);
  if (endedAt > forgottenAt) await redis.hset(forgottenKey(queue), set, endedAt);
}

/** Unix time in ms up to which ended jobs may be missing although their time is not over; 0 when none is. */
export async function readForgotten(queue: Queue, redis: Redis, set: EndedSet): Promise<number> {
  return Number((await redis.hget(forgottenKey(queue), set)) ?? 0);
}

/** A hash of what was noted of either set. */
export function forgottenKey(queue: Queue): string {
  return queue.toKey("forgotten");
}
