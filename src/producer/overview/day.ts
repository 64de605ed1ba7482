import type { StoredBucket } from "../../queue/overview-buckets.ts";
import { bucketMs, createBucket, type OverviewBucket, overviewBucket, startOf } from "./bucket.ts";
import type { EndedSecond, ReadEndedJobs } from "./ended-jobs.ts";
import type { History } from "./history.ts";

export interface Day {
  /**
   * Keeps five minutes that nobody has kept yet, the latest first, if there are any. Throws what
   * Redis does; the next call tries again.
   */
  keep(): Promise<void>;
  /** The last 24 hours, oldest first, without what nobody knows. Throws what Redis does. */
  read(): Promise<OverviewBucket[]>;
}

export interface DayDeps {
  readonly readBuckets: () => Promise<readonly StoredBucket[]>;
  readonly keepBucket: (bucket: StoredBucket) => Promise<void>;
  readonly readEnded: ReadEndedJobs;
  readonly history: Pick<History, "snapshots" | "endedBetween">;
  /** Unix time in ms. */
  readonly now?: () => number;
}

const dayMs = 86_400_000;
/** By then all that ended is in Redis, also what a worker dates whose clock is behind. */
const settleMs = 20_000;
/** Read at once: five minutes would take Redis five times as long in one go. */
const stepMs = 60_000;

/**
 * Keeps a day in Redis, in buckets of five minutes, so that it outlives every producer. What ended
 * while none was there is read from the jobs that are still kept.
 */
export function createDay(deps: DayDeps): Day {
  const { readBuckets, keepBucket, history, now = Date.now } = deps;
  const dealtWith = new Set<number>();
  const latest = () => startOf(now() - settleMs) - bucketMs;
  const oldest = () => latest() - dayMs + bucketMs;
  return {
    async keep() {
      if (dealtWith.size === 0) {
        for (const { startMs } of await readBuckets()) dealtWith.add(startMs);
      }
      const [fromMs, untilMs] = [oldest(), latest()];
      for (const start of dealtWith) if (start < fromMs || start > untilMs) dealtWith.delete(start);
      const missing = findMissing(fromMs, untilMs, dealtWith);
      if (missing === undefined) return;
      const ended =
        history.endedBetween(missing, missing + bucketMs) ?? (await readByMinute(deps, missing));
      const bucket = createBucket(missing, history.snapshots, ended);
      if (bucket !== undefined) {
        const text = JSON.stringify(bucket);
        await keepBucket({ startMs: missing, text });
      }
      dealtWith.add(missing);
    },
    async read() {
      const [fromMs, untilMs] = [oldest(), latest()];
      const stored = await readBuckets();
      return stored
        .filter(({ startMs }) => startMs >= fromMs && startMs <= untilMs)
        .toSorted((a, b) => a.startMs - b.startMs)
        .flatMap(({ text }) => parseBucket(text));
    },
  };
}

function findMissing(
  fromMs: number,
  untilMs: number,
  dealtWith: ReadonlySet<number>,
): number | undefined {
  for (let start = untilMs; start >= fromMs; start -= bucketMs) {
    if (!dealtWith.has(start)) return start;
  }
  return undefined;
}

/** `undefined` when jobs of that time are not kept any more. */
async function readByMinute(
  { readEnded }: Pick<DayDeps, "readEnded">,
  startMs: number,
): Promise<EndedSecond[] | undefined> {
  const all: (EndedSecond | undefined)[] = [];
  for (let from = startMs; from < startMs + bucketMs; from += stepMs) {
    all.push(...(await readEnded(from, from + stepMs)).values());
  }
  const known = all.filter((ended) => ended !== undefined);
  return known.length === all.length ? known : undefined;
}

/** Nothing of what somebody has damaged. */
function parseBucket(text: string): OverviewBucket[] {
  try {
    return [overviewBucket.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}
