import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** For how long a block is told of. */
const toldMs = 600_000;

const key = (queue: Queue) => queue.toKey("blocks");

/**
 * Keeps in Redis, for all pages to tell, that a task has just blocked a worker's event loop: its name,
 * or `one of a, b and c` where it is not certain which.
 */
export async function noteBlock(queue: Queue, redis: Redis, culprit: string): Promise<void> {
  const now = Date.now();
  await redis
    .multi()
    .zadd(key(queue), now, culprit)
    .zremrangebyscore(key(queue), "-inf", now - toldMs)
    .pexpire(key(queue), toldMs)
    .exec();
}

/** What `noteBlock` was told in the last ten minutes, each once, the latest first. */
export async function readBlocks(queue: Queue, redis: Redis): Promise<string[]> {
  return redis.zrevrangebyscore(key(queue), "+inf", Date.now() - toldMs);
}
