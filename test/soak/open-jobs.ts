import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readForgotten } from "../../src/queue/forgotten.ts";
import type { EndedSet } from "../../src/queue/queue.ts";

export interface OpenJobs {
  /** A job was answered 202. */
  readonly add: (id: string) => void;
  /** Acknowledged jobs that have not been seen to end. */
  readonly ids: ReadonlySet<string>;
  readonly acknowledged: number;
  readonly close: () => void;
}

const lookEveryMs = 500;
/** Ends are found again for so long, in case one carries an earlier time than the last seen. */
const overlapMs = 2_000;
/** How long an end is remembered that was seen before its 202. */
const rememberedMs = 60_000;

/**
 * Follows millions of jobs, of which Redis has memory for the last ones only: it looks more often
 * than those are removed, and fails the run if that is not often enough.
 */
export function openJobs(redis: Redis, queue: Queue): OpenJobs {
  const ids = new Set<string>();
  const lookedAt = { completed: Date.now(), failed: Date.now() };
  let [seen, seenBefore, turnedAt] = [new Set<string>(), new Set<string>(), Date.now()];
  let acknowledged = 0;

  const lookAt = async (set: EndedSet) => {
    const from = lookedAt[set] - overlapMs;
    const now = Date.now();
    const found = await redis.zrangebyscore(queue.toKey(set), from, "+inf");
    const forgottenAt = await readForgotten(queue, redis, set);
    if (forgottenAt >= from) {
      throw new Error(`jobs "${set}" of ${forgottenAt} are gone, and the last look was at ${from}`);
    }
    lookedAt[set] = now;
    for (const id of found) if (!ids.delete(id)) seen.add(id);
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(async () => {
      if (Date.now() - turnedAt > rememberedMs) {
        [seen, seenBefore, turnedAt] = [new Set(), seen, Date.now()];
      }
      await lookAt("completed");
      await lookAt("failed");
    });
  }, lookEveryMs);

  return {
    add(id) {
      acknowledged += 1;
      if (!seen.has(id) && !seenBefore.has(id)) ids.add(id);
    },
    ids,
    get acknowledged() {
      return acknowledged;
    },
    close: () => clearInterval(timer),
  };
}
