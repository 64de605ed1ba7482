import { readBlocks } from "../../queue/blocks.ts";
import { readStandings, type ScheduleStanding } from "../../queue/schedule-standings.ts";
import type { SubmittedState } from "../../queue/submitted-state.ts";
import { parseTimetable } from "../../task/timetable.ts";
import type { Desks } from "../jobs/desk.ts";

/** What the overview reads of the queues. */
export interface OverviewState {
  /** Each by its name. */
  readonly queues: ReadonlyMap<string, SubmittedState>;
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
    Promise.all(all.map(async ({ name, readState }) => [name, await readState()] as const)),
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
