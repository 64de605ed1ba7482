import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";
import type { ByOutcome } from "./budget.ts";
import { findOwner } from "./job-owner.ts";
import { weighJobs } from "./kept.ts";
import { endedSets } from "./queue.ts";

/** A job that has ended. */
export interface WeighedJob {
  readonly id: string;
  /** In Redis, with Redis's own overhead. */
  readonly bytes: number;
  /** Which client it was submitted for; `undefined` where none was. */
  readonly owner: string | undefined;
}

/** Where ended jobs are drawn from at random. */
export interface EndedSource {
  readonly count: () => Promise<ByOutcome>;
  /** So many jobs, some perhaps twice; each of them once where there are no more of them. */
  readonly draw: (outcome: keyof ByOutcome, wanted: number) => Promise<readonly WeighedJob[]>;
}

/** Jobs looked at in one step: some 10 µs of Redis's time each. */
const step = 64;

/** The jobs in Redis; others have their turn between two steps. */
export function createEndedSource(queue: Queue, redis: Redis): EndedSource {
  const weigh = async (ids: readonly string[]): Promise<WeighedJob[]> => {
    const reading = redis.pipeline();
    for (const id of ids) reading.hget(queue.toKey(id), "opts");
    const [sizes, options] = await Promise.all([
      weighJobs(queue, redis, ids),
      readRecordAnswers(reading),
    ]);
    return ids.map((id, i) => ({ id, bytes: sizes[i] ?? 0, owner: findOwner(String(options[i])) }));
  };
  return {
    count: async () => {
      const [succeeded, failed] = await Promise.all([
        redis.zcard(queue.toKey(endedSets.succeeded)),
        redis.zcard(queue.toKey(endedSets.failed)),
      ]);
      return { succeeded, failed };
    },
    draw: async (outcome, wanted) => {
      const key = queue.toKey(endedSets[outcome]);
      const all = (await redis.zcard(key)) <= wanted;
      const drawn: WeighedJob[] = [];
      for (let start = 0; start < wanted; start += step) {
        const end = Math.min(wanted, start + step);
        const ids = all
          ? await redis.zrange(key, start, String(end - 1))
          : await redis.zrandmember(key, start - end);
        if (ids.length === 0) break;
        drawn.push(...(await weigh(ids)));
      }
      return drawn;
    },
  };
}
