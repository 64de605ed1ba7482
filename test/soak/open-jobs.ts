import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

export interface OpenJobs {
  /** A job was answered 202. */
  readonly add: (id: string) => void;
  /** Acknowledged jobs that have not been seen to end. */
  readonly ids: ReadonlySet<string>;
  readonly acknowledged: number;
  readonly close: () => void;
}

type Kind = "completed" | "failed";

const lookEveryMs = 500;
/** Ends are found again for so long, in case one carries an earlier time than the last seen. */
const overlapMs = 2_000;
/** How long an end is remembered that was seen before its 202. */
const rememberedMs = 60_000;

/**
 * Follows millions of jobs, of which Redis keeps the last thousands only (`kept` of each kind): it
 * looks more often than those are replaced, and fails the run if that is not often enough.
 */
export function openJobs(redis: Redis, queue: Queue, kept: Record<Kind, number>): OpenJobs {
  const ids = new Set<string>();
  const lookedAt = { completed: Date.now(), failed: Date.now() };
  let [seen, seenBefore, turnedAt] = [new Set<string>(), new Set<string>(), Date.now()];
  let acknowledged = 0;

  const lookAt = async (kind: Kind) => {
    const from = lookedAt[kind] - overlapMs;
    const now = Date.now();
    const found = await redis.zrangebyscore(queue.toKey(kind), from, "+inf");
    if (found.length >= kept[kind]) {
      throw new Error(`${found.length} jobs ${kind} since the last look, of ${kept[kind]} kept`);
    }
    lookedAt[kind] = now;
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
