import type { EndedSecond, EndedSeconds, ReadEndedJobs } from "./ended-jobs.ts";

export interface EndedWindow {
  /** Reads what has ended since the last time; throws when it cannot, and goes on from there later. */
  update(nowMs: number): Promise<void>;
  /**
   * What ended in the minute that was known at this time, second by second; `undefined` when jobs
   * of that minute are not kept any more.
   */
  minuteAt(timeMs: number): EndedSecond[] | undefined;
  /**
   * What ended from `fromMs` until before `untilMs`, second by second; `undefined` when not all of it
   * was read, or is remembered.
   */
  between(fromMs: number, untilMs: number): EndedSecond[] | undefined;
}

const minuteMs = 60_000;
/** A worker gives a job its time of ending a moment before Redis has it. */
const settleMs = 1_000;

/**
 * How far a worker's clock may be behind the producer's: what it ends is dated into seconds that
 * were read already, so these are read again.
 */
const behindMs = 15_000;

/** Remembers what ended in the last `keptMs` and the minute before. */
export function createEndedWindow(read: ReadEndedJobs, keptMs: number): EndedWindow {
  const seconds: EndedSeconds = new Map();
  let readUntilMs = 0;
  let rememberedFromMs = Number.POSITIVE_INFINITY;
  const select = (fromMs: number, untilMs: number) => {
    const all = [...seconds]
      .filter(([second]) => second >= fromMs && second < untilMs)
      .map(([, ended]) => ended);
    const known = all.filter((ended) => ended !== undefined);
    return known.length === all.length ? known : undefined;
  };
  return {
    async update(nowMs) {
      const untilMs = settledAt(nowMs);
      const oldestMs = untilMs - keptMs - minuteMs;
      if (readUntilMs >= untilMs) return;
      const fromMs = Math.max(readUntilMs - behindMs, oldestMs);
      for (const [second, ended] of await read(fromMs, untilMs)) {
        // Jobs that are not kept any more since the last reading still have ended.
        if (ended !== undefined || second >= readUntilMs) seconds.set(second, ended);
      }
      readUntilMs = untilMs;
      rememberedFromMs = oldestMs;
      for (const second of seconds.keys()) if (second < oldestMs) seconds.delete(second);
    },
    minuteAt(timeMs) {
      const untilMs = settledAt(timeMs);
      return select(untilMs - minuteMs, untilMs);
    },
    between(fromMs, untilMs) {
      const isRead = fromMs >= rememberedFromMs && untilMs <= readUntilMs;
      return isRead ? select(fromMs, untilMs) : undefined;
    },
  };
}

function settledAt(timeMs: number): number {
  return Math.floor((timeMs - settleMs) / 1_000) * 1_000;
}
