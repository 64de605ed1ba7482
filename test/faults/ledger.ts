import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { createQueue } from "../../src/queue/queue.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { readForgotten } from "../../src/queue/forgotten.ts";
import { submitUntilTaken } from "../support/honest-client.ts";
import { until } from "../support/until.ts";

/** What became of the jobs that were answered 202. */
export interface Audit {
  readonly acknowledged: number;
  readonly succeeded: number;
  /** Failed, with a reason: the reason of each. */
  readonly failed: readonly string[];
  /** Waiting, delayed or running. */
  readonly queued: number;
  /** Ids of those that are none of these: broken promises. */
  readonly lost: readonly string[];
  /** How often a worker was given one of the jobs, and how many of these attempts have ended. */
  readonly starts: number;
  readonly attempts: number;
  /**
   * Starts that no attempt's end accounts for: runs that were cut short and begun again. BullMQ
   * counts both in Redis, a start when it hands the job out, so what a killed worker knew is in it.
   */
  readonly duplicates: number;
  /** Times that jobs were found with a lock that had run out. */
  readonly stalls: number;
}

export interface Ledger {
  /** Submits until it is answered 202, as an honest client does, and remembers the job's id. */
  submit(task: string, input: object): Promise<string>;
  /** Submits so many divisions, which succeed after `delayMs`, through 16 clients. */
  submitMany(count: number, delayMs: number): Promise<void>;
  /** Submits divisions until told to stop; the returned function resolves when the last is answered. */
  keepSubmitting(delayMs: number, clients: number): () => Promise<void>;
  /** Ids answered 202, in the order of the answers. */
  readonly acknowledged: readonly string[];
  /** Answers of 503 and broken connections, each of which was followed by a retry. */
  readonly refusals: number;
  audit(): Promise<Audit>;
  /** How many jobs had ended, well or not, when `untilDrained` last looked. */
  readonly ended: number;
  /** Resolves once every acknowledged job has ended. */
  untilDrained(ms: number): Promise<void>;
}

interface LedgerDeps {
  readonly url: string;
  readonly redisUrl: string;
  /** Where each job is to tell that it has ended; nowhere if not given. */
  readonly callbackUrl?: string;
}

/** A client's book about what it was promised; reads Redis itself, so no service can gloss over a loss. */
export function openLedger({ url, redisUrl, callbackUrl }: LedgerDeps): Ledger {
  const redis = openRedis({ url: redisUrl, password: undefined }, "background");
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis);
  queue.on("error", () => undefined);
  const toKey = (name: string) => queue.toKey(name);
  const callback = callbackUrl === undefined ? {} : { callback_url: callbackUrl };
  const acknowledged: string[] = [];
  let refusals = 0;
  let ended = 0;

  const refused = () => {
    refusals += 1;
  };
  const submit = async (task: string, input: object) => {
    const id = await submitUntilTaken(url, { task, input, ...callback }, refused);
    acknowledged.push(id);
    return id;
  };
  const submitOne = (delayMs: number) =>
    submit("quotient", { x: acknowledged.length, y: 1, delayMs });

  return {
    submit,
    async submitMany(count, delayMs) {
      let left = count;
      const client = async () => {
        while (left > 0) {
          left -= 1;
          await submitOne(delayMs);
        }
      };
      await Promise.all(Array.from({ length: 16 }, client));
    },
    keepSubmitting(delayMs, clients) {
      const stop = new AbortController();
      const running = Array.from({ length: clients }, async () => {
        while (!stop.signal.aborted) await submitOne(delayMs);
      });
      return async () => {
        stop.abort();
        await Promise.all(running);
      };
    },
    acknowledged,
    get refusals() {
      return refusals;
    },
    audit: () => audit(redis, queue, acknowledged),
    get ended() {
      return ended;
    },
    async untilDrained(ms) {
      const drained = async () => {
        ended = (await redis.zcard(toKey("completed"))) + (await redis.zcard(toKey("failed")));
        return ended >= acknowledged.length;
      };
      await until(`${acknowledged.length} jobs to end`, drained, ms);
    },
  };
}

/** Reads all in one transaction: a job that moves meanwhile would look lost. */
async function audit(redis: Redis, queue: Queue, ids: readonly string[]): Promise<Audit> {
  const toKey = (name: string) => queue.toKey(name);
  const read = redis
    .multi()
    .zrange(toKey("completed"), "0", "-1")
    .zrange(toKey("failed"), "0", "-1")
    .lrange(toKey("active"), 0, -1)
    .lrange(toKey("wait"), 0, -1)
    .lrange(toKey("paused"), 0, -1)
    .zrange(toKey("delayed"), "0", "-1");
  for (const id of ids) read.hmget(toKey(id), "ats", "atm", "stc", "failedReason");
  const answers = (await read.exec()) ?? [];
  const lists = answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer as (string | null)[];
  });
  const [completed, failed, active, wait, paused, delayed] = lists.map((list) => new Set(list));
  if (!completed || !failed || !active || !wait || !paused || !delayed) {
    throw new Error(`expected six lists, got ${lists.length}`);
  }
  for (const set of ["completed", "failed"] as const) {
    if ((await readForgotten(queue, redis, set)) > 0) {
      throw new Error(`ended jobs ("${set}") were removed to make room: nothing can be said`);
    }
  }
  const outcomeOf = (id: string, reason: string) => {
    if (completed.has(id)) return "succeeded";
    if (failed.has(id) && reason !== "") return "failed";
    return [active, wait, paused, delayed].some((set) => set.has(id)) ? "queued" : "lost";
  };
  const jobs = ids.map((id, index) => {
    const [ats, atm, stalled, reason] = lists[6 + index] ?? [];
    const [starts, attempts] = [Number(ats ?? 0), Number(atm ?? 0)];
    const outcome = outcomeOf(id, reason ?? "");
    const unaccounted = starts - attempts - (outcome === "queued" ? 1 : 0);
    return {
      id,
      outcome,
      reason: reason ?? "",
      starts,
      attempts,
      duplicates: Math.max(0, unaccounted),
      stalls: Number(stalled ?? 0),
    };
  });
  const of = (outcome: string) => jobs.filter((job) => job.outcome === outcome);
  return {
    acknowledged: ids.length,
    succeeded: of("succeeded").length,
    failed: of("failed").map(({ reason }) => reason),
    queued: of("queued").length,
    lost: of("lost").map(({ id }) => id),
    starts: sum(jobs.map((job) => job.starts)),
    attempts: sum(jobs.map((job) => job.attempts)),
    duplicates: sum(jobs.map((job) => job.duplicates)),
    stalls: sum(jobs.map((job) => job.stalls)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
