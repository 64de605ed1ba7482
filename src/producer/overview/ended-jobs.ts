import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { FailureClass } from "../../contract/failures.ts";
import { readAnswers, readRecordAnswers } from "../../queue/answers.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import { readForgotten } from "../../queue/forgotten.ts";
import { readyAt } from "../../queue/ready-at.ts";
import { parseTime } from "../../queue/stored-time.ts";

/** The jobs that ended within one second. */
export interface EndedSecond {
  readonly succeeded: number;
  readonly failed: number;
  readonly sample: readonly EndedJob[];
}

export interface EndedJob {
  /** How many jobs of its second and outcome this one stands for. */
  readonly weight: number;
  /** `undefined` when it took several attempts: Redis keeps only the last one's start. */
  readonly waitSeconds: number | undefined;
  /** `undefined` when its record does not say. */
  readonly endToEndSeconds: number | undefined;
  readonly failureClass: FailureClass | undefined;
}

/** By the second's start; `undefined` when jobs of that second are not kept any more. */
export type EndedSeconds = Map<number, EndedSecond | undefined>;

export type ReadEndedJobs = (fromMs: number, untilMs: number) => Promise<EndedSeconds>;

const outcomes = ["completed", "failed"] as const;
const fields = ["timestamp", "opts", "processedOn", "finishedOn", "ats", "failedReason"] as const;

/** Jobs looked at in one read, and the least and most of one second and outcome. */
const sampled = { all: 1_000, least: 5, most: 200 };

/**
 * What ended from `fromMs` until before `untilMs`, both whole seconds; a second in which nothing
 * ended is left out. Counts are exact. Any producer reads the same, since when ever it started, and
 * however many jobs there are it looks at a bounded number of them.
 */
export async function readEndedJobs(
  queue: Queue,
  redis: Redis,
  fromMs: number,
  untilMs: number,
): Promise<EndedSeconds> {
  const seconds = Array.from({ length: (untilMs - fromMs) / 1_000 }, (_, i) => fromMs + i * 1_000);
  const slots = seconds.flatMap((second) => outcomes.map((outcome) => ({ second, outcome })));
  const counts = await readAnswers(
    redis.pipeline(
      slots.map(({ second, outcome }) => ["zcount", queue.toKey(outcome), second, endOf(second)]),
    ),
  );
  // Read after the counts: what is forgotten in between must not be missing from them unnoticed.
  const completeFromMs = await readCompleteFrom(queue, redis);
  const filled = slots
    .map((slot, i) => ({ ...slot, count: Number(counts[i]) }))
    .filter(({ second, count }) => count > 0 && second >= completeFromMs);

  const perSlot = Math.min(
    sampled.most,
    Math.max(sampled.least, Math.floor(sampled.all / seconds.length)),
  );
  const ids = await readAnswers(
    redis.pipeline(
      filled.map(({ second, outcome }) => [
        "zrevrangebyscore",
        queue.toKey(outcome),
        endOf(second),
        second,
        "LIMIT",
        0,
        perSlot,
      ]),
    ),
  );
  const ended: EndedSeconds = await collect(queue, redis, filled, ids as string[][]);
  for (const second of seconds) if (second < completeFromMs) ended.set(second, undefined);
  return ended;
}

/** Unix time in ms, a whole second, from which on no ended job was forgotten before its time. */
async function readCompleteFrom(queue: Queue, redis: Redis): Promise<number> {
  const times = outcomes.map((outcome) => readForgotten(queue, redis, outcome));
  const forgottenAt = Math.max(...(await Promise.all(times)));
  return forgottenAt === 0 ? 0 : Math.floor(forgottenAt / 1_000) * 1_000 + 1_000;
}

type ReadHash = readonly (string | null)[];
type Outcome = (typeof outcomes)[number];
type FilledSlot = { second: number; outcome: Outcome; count: number };

function endOf(second: number): string {
  return `(${second + 1_000}`;
}

async function collect(
  queue: Queue,
  redis: Redis,
  slots: readonly FilledSlot[],
  ids: readonly (readonly string[])[],
): Promise<Map<number, EndedSecond>> {
  const hashes = await readRecordAnswers(
    redis.pipeline(ids.flat().map((id) => ["hmget", queue.toKey(id), ...fields])),
  );
  const seconds = new Map<number, EndedSecond>();
  let next = 0;
  slots.forEach(({ second, outcome, count }, i) => {
    const found = hashes.slice(next, (next += ids[i]?.length ?? 0)) as (ReadHash | undefined)[];
    // A job may be over its retention between two of these reads, and a record may be no hash.
    const known = found.filter((hash): hash is ReadHash => typeof hash?.[0] === "string");
    const jobs = known.map((hash) => parseJob(hash, outcome, count / known.length));
    const { succeeded, failed, sample } = seconds.get(second) ?? none;
    seconds.set(second, {
      succeeded: succeeded + (outcome === "completed" ? count : 0),
      failed: failed + (outcome === "failed" ? count : 0),
      sample: [...sample, ...jobs],
    });
  });
  return seconds;
}

const none: EndedSecond = { succeeded: 0, failed: 0, sample: [] };

function parseJob(hash: readonly (string | null)[], outcome: Outcome, weight: number): EndedJob {
  const [timestamp, opts, startedAt, endedAt, attempts, failedReason] = hash;
  const ready = readyAt({ timestamp, opts: parseOptions(opts) });
  const since = (stored: string | null | undefined) => {
    const time = parseTime(stored);
    if (time === undefined || ready === undefined) return undefined;
    return Math.max(0, time - ready) / 1_000;
  };
  // A job that succeeded still has the reason of an attempt that did not.
  const failureClass =
    outcome === "failed" ? parseFailure(failedReason ?? "").failureClass : undefined;
  return {
    weight,
    waitSeconds: attempts === "1" ? since(startedAt) : undefined,
    // When somebody cancels a job tells nothing of the queue.
    endToEndSeconds: failureClass === "cancelled_by_user" ? undefined : since(endedAt),
    failureClass,
  };
}

/** `{}` for options that somebody has damaged. */
function parseOptions(text: string | null | undefined): { readonly delay?: unknown } {
  try {
    const options: unknown = JSON.parse(text ?? "{}");
    return typeof options === "object" && options !== null ? options : {};
  } catch {
    return {};
  }
}
