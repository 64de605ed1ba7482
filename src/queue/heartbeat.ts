import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** No task can have this name: a task's file starts with a letter. */
export const heartbeatName = "_heartbeat";

const everyMs = 30_000;

/**
 * Sends a job through the whole queue every 30 s, so that a queue without any work still shows
 * whether it works. Calling it again changes nothing.
 */
export async function scheduleHeartbeat(queue: Queue): Promise<void> {
  await queue.upsertJobScheduler(
    heartbeatName,
    { every: everyMs },
    { name: heartbeatName, opts: { attempts: 1, removeOnComplete: true, removeOnFail: true } },
  );
}

/** Notes that a heartbeat has come through. */
export async function recordHeartbeat(queue: Queue, redis: Redis): Promise<void> {
  await redis.set(keyOf(queue), Date.now());
}

/** Unix time in ms at which the last heartbeat came through; `undefined` before the first. */
export async function readHeartbeat(queue: Queue, redis: Redis): Promise<number | undefined> {
  const text = await redis.get(keyOf(queue));
  return text === null ? undefined : Number(text);
}

function keyOf(queue: Queue): string {
  return queue.toKey("heartbeat");
}
