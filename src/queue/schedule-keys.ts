import type { Queue } from "bullmq";

/** A sorted set of a queue's schedules: key -> when a worker last named it, as Unix time in ms by Redis. */
export function schedulesKey(queue: Queue): string {
  return queue.toKey("schedules");
}

/** What the hash of each schedule is called, before the schedule's key. */
export function schedulePrefix(queue: Queue): string {
  return queue.toKey("schedule:");
}

/**
 * A schedule's hash. It has its `task`; its `timetable` as text, and `since`, the start of the youngest
 * worker that has said so; `slot`, up to which all slots are dealt with; of the last run its
 * `ran_slot`, its `ran_at` and its `ran_job`; and `paused`, since when, while it is. All times are Unix
 * times in ms, by Redis.
 */
export function scheduleKey(queue: Queue, key: string): string {
  return `${schedulePrefix(queue)}${key}`;
}
