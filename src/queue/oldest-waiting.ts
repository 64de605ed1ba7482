import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { heartbeatName } from "./heartbeat.ts";
import { readLineEnds } from "./priority-lines.ts";
import { readyAt } from "./ready-at.ts";

/** Behind a heartbeat there may be another one, that an operator has run by hand. */
const heartbeatsAtOnce = 3;

/**
 * Unix time in ms from which the oldest waiting job that somebody submitted could have run;
 * `undefined` when none waits. Jobs of each priority wait in a line of their own, and the oldest of
 * all may be at the head of any.
 */
export async function readOldestReadyAt(queue: Queue, redis: Redis): Promise<number | undefined> {
  const [plain, prioritized] = await Promise.all([
    readNextPlain(queue),
    readNextPrioritized(queue, redis),
  ]);
  const times = [plain, ...prioritized].flatMap((job) => (job && readyAt(job)) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

async function readNextPlain(queue: Queue): Promise<Job | undefined> {
  const [next] = await queue.getWaiting(0, 0);
  if (next?.name !== heartbeatName) return next;
  const others = await queue.getWaiting(1, heartbeatsAtOnce);
  return others.find(({ name }) => name !== heartbeatName);
}

async function readNextPrioritized(queue: Queue, redis: Redis): Promise<(Job | undefined)[]> {
  const ends = await readLineEnds(queue, redis, "next", 1);
  return Promise.all(ends.flat().map(async (id): Promise<Job | undefined> => queue.getJob(id)));
}
