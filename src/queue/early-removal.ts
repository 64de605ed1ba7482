import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type ByOutcome, countFor, planRemoval } from "./budget.ts";
import { createEndedSample } from "./ended-sample.ts";
import { createEndedSource } from "./ended-source.ts";
import { planOwnRemoval, weighAll } from "./fair-share.ts";
import { recordForgotten } from "./forgotten.ts";
import type { Kept, KeptByState } from "./kept.ts";
import type { Memory } from "./memory.ts";
import { mostRemoved, removeOldest } from "./oldest-jobs.ts";
import { createOwnJobs } from "./own-jobs.ts";
import { endedSets, type EndedSet } from "./queue.ts";
import { type RemovedJobs, youngFrom } from "./removed-jobs.ts";

/** Removes ended jobs before their time, as many as memory needs, or as many as it may in one go. */
export type RemoveEarly = (
  memory: Memory,
  events: Kept,
  /** What other queues keep in the same memory. */
  others?: KeptByState,
) => Promise<RemovedJobs>;

/**
 * While one client has more than its share, its own jobs make room; otherwise the oldest do. So who
 * floods the queue loses what is its own, and others find their results. What has to go is planned
 * anew from many samples: few would now and then take what is kept for twice as much as it is.
 */
export function createEarlyRemoval(queue: Queue, redis: Redis): RemoveEarly {
  const ownJobs = createOwnJobs(queue, redis);
  const sample = createEndedSample(createEndedSource(queue, redis));
  return async (memory, events, others) => {
    const ended = await sample.take();
    const kept = {
      succeeded: weighAll(ended.succeeded),
      failed: weighAll(ended.failed),
      events,
    };
    const excess = planRemoval(memory, kept, others);
    const own = planOwnRemoval(excess, ended);
    const wanted = own ?? {
      succeeded: countFor(kept.succeeded, excess.succeeded),
      failed: countFor(kept.failed, excess.failed),
    };
    const remove = (outcome: keyof ByOutcome) =>
      own === undefined
        ? removeOldestEarly(queue, redis, endedSets[outcome], wanted[outcome])
        : ownJobs.remove(own.owner, endedSets[outcome], wanted[outcome]);
    const succeeded = await remove("succeeded");
    const failed = await remove("failed");
    if (own !== undefined) {
      sample.leave(own.owner, { succeeded: succeeded.count, failed: failed.count });
    }
    return { count: succeeded.count + failed.count, young: succeeded.young + failed.young };
  };
}

/** Notes what is forgotten, which whoever counts the jobs that ended has to know. */
async function removeOldestEarly(
  queue: Queue,
  redis: Redis,
  set: EndedSet,
  wanted: number,
): Promise<RemovedJobs> {
  const count = Math.min(wanted, mostRemoved);
  if (count === 0) return { count: 0, young: 0 };
  const key = queue.toKey(set);
  const [, newest = "0"] = await redis.zrange(key, count - 1, String(count - 1), "WITHSCORES");
  const young = await redis.zcount(key, `(${youngFrom()}`, newest);
  const removed = await removeOldest(queue, set, count);
  await recordForgotten(queue, redis, set, Number(newest));
  return { count: removed, young: Math.min(young, removed) };
}
