import { z } from "zod";
import { readStandings, type ScheduleStanding } from "../../queue/schedule-standings.ts";
import { parseTimetable } from "../../task/timetable.ts";
import type { Desk } from "../jobs/desk.ts";

/** How a queue's schedules stand. */
export function readSchedulesOf({ ask }: Pick<Desk, "ask">): Promise<ScheduleStanding[]> {
  return ask((queue, redis) => readStandings(queue, redis, parseTimetable));
}

const time = z.iso.datetime();

/** What programs are told of a schedule; times are ISO 8601 in UTC. */
export const toldSchedule = z
  .object({
    key: z.string(),
    task: z.string(),
    queue: z.string(),
    timetable: z.unknown().meta({
      description: "When it runs, as its task's file says: cron and timeZone, or everyMs.",
    }),
    next_slot: time.nullable(),
    late_seconds: z.number().min(0),
    last_slot: time.nullable(),
    last_job: z.string().nullable(),
    paused_since: time.nullable(),
  })
  .meta({ description: "A schedule." });

export type ToldSchedule = z.infer<typeof toldSchedule>;

/** A schedule of that queue as programs are told of it. */
export function tellSchedule(queue: string, schedule: ScheduleStanding): ToldSchedule {
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
