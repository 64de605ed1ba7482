import type { Queue } from "bullmq";
import type { ChainableCommander, Redis } from "ioredis";

/** What of a queue stays in Redis although no job needs it to run. */
export const keptStates = ["succeeded", "failed", "events"] as const;
export type KeptState = (typeof keptStates)[number];

/** Bytes in Redis, with Redis's own overhead. */
export interface Kept {
  readonly count: number;
  readonly bytes: number;
}

/** Jobs of either outcome that are weighed: none has over some 130 KB, so so few tell the mean well enough. */
const weighed = 32;
/** Nodes of the stream that Redis weighs, each with one large entry or up to a hundred small ones. */
const weighedNodes = 100;

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

async function measureJobs(queue: Queue, redis: Redis, set: string): Promise<Kept> {
  const key = queue.toKey(set);
  const [count, ids] = await ask(redis.pipeline().zcard(key).zrandmember(key, -weighed));
  const sample = ids as string[];
  if (sample.length === 0) return { count: 0, bytes: 0 };
  const weighing = redis.pipeline();
  // All fields, for a result is one large field among small ones.
  for (const id of sample) weighing.memory("USAGE", queue.toKey(id), "SAMPLES", 0);
  const sizes = (await ask(weighing)).map(Number);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { count: Number(count), bytes: Math.round(Number(count) * mean) };
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
