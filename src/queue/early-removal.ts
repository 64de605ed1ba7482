import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type ByOutcome, countFor } from "./budget.ts";
import { planOwnRemoval } from "./fair-share.ts";
import { recordForgotten } from "./forgotten.ts";
import { type KeptState, type Kept, sampleEnded } from "./kept.ts";
import { mostRemoved, removeOldest } from "./oldest-jobs.ts";
import { createOwnJobs } from "./own-jobs.ts";
import type { EndedSet } from "./queue.ts";
import { type RemovedJobs, youngFrom } from "./removed-jobs.ts";

/** Removes ended jobs of so many bytes before their time, or as many as it may in one go. */
export type RemoveEarly = (
  excess: ByOutcome,
  kept: Readonly<Record<KeptState, Kept>>,
) => Promise<RemovedJobs>;

/**
 * While one client has more than its share, its own jobs make room; otherwise the oldest do. So who
 * floods the queue loses what is its own, and others find their results.
 */
export function createEarlyRemoval(queue: Queue, redis: Redis): RemoveEarly {
  const ownJobs = createOwnJobs(queue, redis);
  return async (excess, kept) => {
    const own = planOwnRemoval(excess, await sampleEnded(queue, redis));
    const wanted = own ?? {
      succeeded: countFor(kept.succeeded, excess.succeeded),
      failed: countFor(kept.failed, excess.failed),
    };
    const remove = (set: EndedSet, count: number) =>
      own === undefined
        ? removeOldestEarly(queue, redis, set, count)
        : ownJobs.remove(own.owner, set, count);
    const succeeded = await remove("completed", wanted.succeeded);
    const failed = await remove("failed", wanted.failed);
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
