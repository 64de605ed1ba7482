import { readStandings, type ScheduleStanding } from "../../queue/schedule-standings.ts";
import { parseTimetable } from "../../task/timetable.ts";
import type { Desk } from "../jobs/desk.ts";

/** How a queue's schedules stand. */
export function readSchedulesOf({ ask }: Pick<Desk, "ask">): Promise<ScheduleStanding[]> {
  return ask((queue, redis) => readStandings(queue, redis, parseTimetable));
}

/** A schedule as programs are told of it; times are ISO 8601 in UTC. */
export function tellSchedule(queue: string, schedule: ScheduleStanding) {
  const { key, task, timetable, nextSlot, lateMs, lastRun, pausedSince } = schedule;
  return {
    key,
    task,
    queue,
    timetable: readJson(timetable),
    next_slot: isoOf(nextSlot),
    late_seconds: Math.round(lateMs) / 1_000,
    last_slot: isoOf(lastRun?.slot),
    last_job: lastRun?.jobId ?? null,
    paused_since: isoOf(pausedSince),
  };
}

export type ToldSchedule = ReturnType<typeof tellSchedule>;

/** Whoever wrote it into Redis: a worker writes JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
