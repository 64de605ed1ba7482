import { readBlocks } from "../../queue/blocks.ts";
import { readStandings, type ScheduleStanding } from "../../queue/schedule-standings.ts";
import type { SubmittedState } from "../../queue/submitted-state.ts";
import { parseTimetable } from "../../task/timetable.ts";
import { readPause } from "../../queue/pause.ts";
import type { Desk, Desks } from "../jobs/desk.ts";

/** A queue, and why it is paused, if it is and somebody said why. */
export interface OverviewQueue extends SubmittedState {
  readonly pausedBecause?: string | undefined;
}

/** What the overview reads of the queues. */
export interface OverviewState {
  /** Each by its name. */
  readonly queues: ReadonlyMap<string, OverviewQueue>;
  /** As `measureSkew` tells. */
  readonly skewMs: number;
  /** As `readBlocks` tells, of all queues. */
  readonly blockedBy: readonly string[];
  /** Of all queues, by their keys. */
  readonly schedules: readonly ScheduleStanding[];
}

export async function readOverviewState(
  desks: Desks,
  readSkew: () => Promise<number>,
): Promise<OverviewState> {
  const all = [...desks.values()];
  const [states, skewMs, blocks, schedules] = await Promise.all([
    Promise.all(all.map(async (desk) => [desk.name, await readQueue(desk)] as const)),
    readSkew(),
    Promise.all(all.map(({ ask }) => ask(readBlocks))),
    Promise.all(
      all.map(({ ask }) => ask((queue, redis) => readStandings(queue, redis, parseTimetable))),
    ),
  ]);
  return {
    queues: new Map(states),
    skewMs,
    blockedBy: blocks.flat(),
    schedules: schedules.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

async function readQueue({ readState, ask }: Desk): Promise<OverviewQueue> {
  const state = await readState();
  if (!state.paused) return state;
  const pause = await ask(readPause);
  return { ...state, pausedBecause: pause === "unknown" ? undefined : pause?.reason };
}
