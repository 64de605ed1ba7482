import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readClock } from "./clock.ts";
import { readSchedules, type StoredSchedule } from "./schedules.ts";
import { parseTime } from "./stored-time.ts";

/** A schedule, and what is due of it. */
export interface ScheduleStanding extends StoredSchedule {
  /** The first slot that is not dealt with, as Unix time in ms; none in a pause, or of an unreadable timetable. */
  readonly nextSlot: number | undefined;
  /** For how many ms that slot has been due; 0 while it is yet to come. */
  readonly lateMs: number;
}

/** Reads a timetable as a schedule tells it; `undefined` where that is none. */
export type ParseTimetable = (
  text: string,
) => { readonly next: (afterMs: number) => number | undefined } | undefined;

/** How the queue's schedules stand, by their keys. */
export async function readStandings(
  queue: Queue,
  redis: Redis,
  parse: ParseTimetable,
): Promise<ScheduleStanding[]> {
  const schedules = await readSchedules(queue, redis);
  if (schedules.length === 0) return [];
  const nowMs = await readClock(redis);
  return schedules.map((schedule) => {
    const { timetable, slot, pausedSince } = schedule;
    const nextSlot =
      pausedSince === undefined ? parseTime(parse(timetable)?.next(slot)) : undefined;
    return { ...schedule, nextSlot, lateMs: Math.max(0, nowMs - (nextSlot ?? nowMs)) };
  });
}
