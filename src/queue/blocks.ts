import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** For how long a block is told of. */
const toldMs = 600_000;

const key = (queue: Queue) => queue.toKey("blocks");

/** Keeps in Redis, for all pages to tell, that a task has just blocked a worker's event loop. */
export async function noteBlock(queue: Queue, redis: Redis, task: string): Promise<void> {
  const now = Date.now();
  await redis
    .multi()
    .zadd(key(queue), now, task)
    .zremrangebyscore(key(queue), "-inf", now - toldMs)
    .pexpire(key(queue), toldMs)
    .exec();
}

/** The tasks that blocked a worker's event loop in the last ten minutes, the latest first. */
export async function readBlocks(queue: Queue, redis: Redis): Promise<string[]> {
  return redis.zrevrangebyscore(key(queue), "+inf", Date.now() - toldMs);
}
