import type { ReadEndedJobs } from "./ended-jobs.ts";
import { createEndedWindow, type EndedWindow } from "./ended-window.ts";
import type { OverviewState } from "./overview-state.ts";
import { createSnapshot, forgetReasons, type OverviewSnapshot } from "./snapshot.ts";

export interface History {
  /** Takes a snapshot now and returns those that are new; none until the queue was read once. */
  take(): Promise<readonly OverviewSnapshot[]>;
  /** The last ten minutes, oldest first. */
  readonly snapshots: readonly OverviewSnapshot[];
  /** As an `EndedWindow` tells, of the last ten minutes. */
  readonly endedBetween: EndedWindow["between"];
}

const keptMs = 600_000;
/** Between two snapshots of a time in which none was taken. */
const pastStepMs = 5_000;

/**
 * Keeps ten minutes of snapshots. What could not be read is a gap; but when jobs ended is in Redis,
 * so the time before this process started, or in which it slept, is filled with that.
 */
export function createHistory({
  readState,
  readEnded,
  now = Date.now,
}: {
  readState: () => Promise<OverviewState>;
  readEnded: ReadEndedJobs;
  /** Unix time in ms. */
  now?: () => number;
}): History {
  const ended = createEndedWindow(readEnded, keptMs);
  let snapshots: OverviewSnapshot[] = [];
  return {
    endedBetween: (fromMs, untilMs) => ended.between(fromMs, untilMs),
    async take() {
      const nowMs = now();
      const [state, update] = await Promise.allSettled([readState(), ended.update(nowMs)]);
      const known = update.status === "fulfilled";
      const last = snapshots.at(-1);
      // A gap at the very start would hide the past that can still be told.
      if (last === undefined && !known) return [];

      const fresh: OverviewSnapshot[] = [];
      const lastMs = last === undefined ? nowMs - keptMs : Date.parse(last.at);
      if (known) {
        for (let time = lastMs + pastStepMs; time + pastStepMs <= nowMs; time += pastStepMs) {
          fresh.push(createSnapshot(time, undefined, ended.minuteAt(time)));
        }
      }
      const value = state.status === "fulfilled" ? state.value : undefined;
      fresh.push(createSnapshot(nowMs, value, known ? ended.minuteAt(nowMs) : undefined));
      const past = last === undefined ? [] : [...snapshots.slice(0, -1), forgetReasons(last)];
      snapshots = [...past, ...fresh].filter(({ at }) => Date.parse(at) > nowMs - keptMs);
      return fresh;
    },
    get snapshots() {
      return snapshots;
    },
  };
}
