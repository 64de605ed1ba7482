import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readAnswers } from "./answers.ts";
import { logKeyOf } from "./job-log.ts";
import { endedSets, type EndedSet } from "./queue.ts";

/** What of a queue stays in Redis although no job needs it to run. */
export const keptStates = ["succeeded", "failed", "events"] as const;
export type KeptState = (typeof keptStates)[number];

/** Bytes in Redis, with Redis's own overhead. */
export interface Kept {
  readonly count: number;
  readonly bytes: number;
}

export type KeptByState = Readonly<Record<KeptState, Kept>>;

/**
 * Jobs of either outcome that are weighed. They tell the mean of like sizes; one of 195 KB among small
 * ones would be a large part of it, so more are weighed before anything is removed.
 */
const weighed = 32;
/** Nodes of the stream that Redis weighs, each with one large entry or up to a hundred small ones. */
const weighedNodes = 100;

/** Jobs that have ended, and the events. Costs the same at ten jobs and at a million: it takes samples. */
export async function measureKept(queue: Queue, redis: Redis): Promise<KeptByState> {
  const [succeeded, failed, events] = await Promise.all([
    measureJobs(queue, redis, endedSets.succeeded),
    measureJobs(queue, redis, endedSets.failed),
    measureEvents(queue, redis),
  ]);
  return { succeeded, failed, events };
}

async function measureJobs(queue: Queue, redis: Redis, set: EndedSet): Promise<Kept> {
  const [count, ids] = await drawJobs(queue, redis, set);
  if (ids.length === 0) return { count: 0, bytes: 0 };
  const sizes = await weighJobs(queue, redis, ids);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { count, bytes: Math.round(count * mean) };
}

/** How many there are, and some of them at random, some perhaps twice. */
async function drawJobs(queue: Queue, redis: Redis, set: EndedSet) {
  const key = queue.toKey(set);
  const [count, ids] = await readAnswers(redis.pipeline().zcard(key).zrandmember(key, -weighed));
  return [Number(count), ids as readonly string[]] as const;
}

/** The bytes of each with its log, in order. */
export async function weighJobs(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
): Promise<number[]> {
  const weighing = redis.pipeline();
  for (const id of ids) {
    // All fields, for a result is one large field among small ones.
    weighing.memory("USAGE", queue.toKey(id), "SAMPLES", 0);
    weighing.memory("USAGE", logKeyOf(queue, id), "SAMPLES", 0);
  }
  const bytes = (await readAnswers(weighing)).map(Number);
  return ids.map((_, i) => (bytes[2 * i] ?? 0) + (bytes[2 * i + 1] ?? 0));
}

async function measureEvents(queue: Queue, redis: Redis): Promise<Kept> {
  const key = queue.toKey("events");
  const [count, bytes] = await readAnswers(
    redis.pipeline().xlen(key).memory("USAGE", key, "SAMPLES", weighedNodes),
  );
  return { count: Number(count), bytes: Number(bytes) };
}
