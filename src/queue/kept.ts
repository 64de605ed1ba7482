import type { Queue } from "bullmq";
import type { ChainableCommander, Redis } from "ioredis";
import { findOwner } from "./job-owner.ts";
import { isOfWrongType } from "./wrong-type.ts";

/** What of a queue stays in Redis although no job needs it to run. */
export const keptStates = ["succeeded", "failed", "events"] as const;
export type KeptState = (typeof keptStates)[number];

/** Bytes in Redis, with Redis's own overhead. */
export interface Kept {
  readonly count: number;
  readonly bytes: number;
}

/** A job that has ended. */
export interface WeighedJob {
  readonly bytes: number;
  /** Which client it was submitted for; `undefined` where none was. */
  readonly owner: string | undefined;
}

/** Of so many, these were weighed. */
export interface EndedJobs {
  readonly count: number;
  readonly sample: readonly WeighedJob[];
}

/** Jobs of either outcome that are weighed: none has over some 130 KB, so so few tell the mean well enough. */
const weighed = 32;
/** Nodes of the stream that Redis weighs, each with one large entry or up to a hundred small ones. */
const weighedNodes = 100;

/** Jobs of either outcome whose owners are looked up: one look costs Redis 1 ms, in some 500 commands. */
const owned = 128;

const sets = { succeeded: "completed", failed: "failed" } as const;

/** Jobs that have ended, and the events. Costs the same at ten jobs and at a million: it takes samples. */
export async function measureKept(
  queue: Queue,
  redis: Redis,
): Promise<Readonly<Record<KeptState, Kept>>> {
  const [succeeded, failed, events] = await Promise.all([
    measureJobs(queue, redis, sets.succeeded),
    measureJobs(queue, redis, sets.failed),
    measureEvents(queue, redis),
  ]);
  return { succeeded, failed, events };
}

/** Some of the jobs that have ended, and whose they are. */
export async function sampleEnded(
  queue: Queue,
  redis: Redis,
): Promise<Readonly<Record<"succeeded" | "failed", EndedJobs>>> {
  const [succeeded, failed] = await Promise.all([
    sampleJobs(queue, redis, sets.succeeded),
    sampleJobs(queue, redis, sets.failed),
  ]);
  return { succeeded, failed };
}

async function sampleJobs(queue: Queue, redis: Redis, set: string): Promise<EndedJobs> {
  const { count, ids } = await drawJobs(queue, redis, set, owned);
  const reading = redis.pipeline();
  for (const id of ids) reading.hget(queue.toKey(id), "opts");
  const [sizes, options] = await Promise.all([weighJobs(queue, redis, ids), reading.exec()]);
  const sample = sizes.map((bytes, i) => {
    const [error, text] = options?.[i] ?? [];
    if (error != null && !isOfWrongType(error)) throw error;
    return { bytes, owner: error == null ? findOwner(String(text)) : undefined };
  });
  return { count, sample };
}

async function measureJobs(queue: Queue, redis: Redis, set: string): Promise<Kept> {
  const { count, ids } = await drawJobs(queue, redis, set, weighed);
  if (ids.length === 0) return { count: 0, bytes: 0 };
  const sizes = await weighJobs(queue, redis, ids);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { count, bytes: Math.round(count * mean) };
}

/** How many there are, and so many of them at random, some perhaps twice. */
async function drawJobs(queue: Queue, redis: Redis, set: string, drawn: number) {
  const key = queue.toKey(set);
  const [count, ids] = await ask(redis.pipeline().zcard(key).zrandmember(key, -drawn));
  return { count: Number(count), ids: ids as readonly string[] };
}

async function weighJobs(queue: Queue, redis: Redis, ids: readonly string[]): Promise<number[]> {
  const weighing = redis.pipeline();
  // All fields, for a result is one large field among small ones.
  for (const id of ids) weighing.memory("USAGE", queue.toKey(id), "SAMPLES", 0);
  return (await ask(weighing)).map(Number);
}

async function measureEvents(queue: Queue, redis: Redis): Promise<Kept> {
  const key = queue.toKey("events");
  const [count, bytes] = await ask(
    redis.pipeline().xlen(key).memory("USAGE", key, "SAMPLES", weighedNodes),
  );
  return { count: Number(count), bytes: Number(bytes) };
}

/** The answers in order; throws the first error among them. */
async function ask(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
