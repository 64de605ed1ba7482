import type { EndedSecond, EndedSeconds, ReadEndedJobs } from "./ended-jobs.ts";

export interface EndedWindow {
  /** Reads what has ended since the last time; throws when it cannot, and goes on from there later. */
  update(nowMs: number): Promise<void>;
  /**
   * What ended in the minute that was known at this time, second by second; `undefined` when jobs
   * of that minute are not kept any more.
   */
  minuteAt(timeMs: number): EndedSecond[] | undefined;
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
      for (const second of seconds.keys()) if (second < oldestMs) seconds.delete(second);
    },
    minuteAt(timeMs) {
      const untilMs = settledAt(timeMs);
      const minute = [...seconds]
        .filter(([second]) => second >= untilMs - minuteMs && second < untilMs)
        .map(([, ended]) => ended);
      const known = minute.filter((ended) => ended !== undefined);
      return known.length === minute.length ? known : undefined;
    },
  };
}

function settledAt(timeMs: number): number {
  return Math.floor((timeMs - settleMs) / 1_000) * 1_000;
}
