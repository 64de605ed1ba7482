import type { z } from "zod";
import {
  defaultMissed,
  defaultTimeZone,
  type MissedPolicy,
  type TimetableSpec,
} from "../contract/schedules.ts";

/** When a task's jobs are submitted without anybody asking, and with which input. */
export type Schedule<Schema extends z.ZodObject = z.ZodObject> = (
  | { readonly cron: string; readonly timeZone?: string; readonly everyMs?: never }
  | { readonly everyMs: number; readonly cron?: never; readonly timeZone?: never }
) & {
  readonly input?: z.input<Schema>;
  readonly missed?: MissedPolicy;
};

/** One schedule, or some of them by their names. */
export type Schedules<Schema extends z.ZodObject = z.ZodObject> =
  | Schedule<Schema>
  | Readonly<Record<string, Schedule<Schema>>>;

/** A schedule with all that its task leaves out. */
export interface KeyedSchedule {
  /** The task's name, and that of the schedule after a dot where it has one: so no two tasks share a key. */
  readonly key: string;
  readonly task: string;
  readonly timetable: TimetableSpec;
  readonly input: Readonly<Record<string, unknown>>;
  readonly missed: MissedPolicy;
}

/** The schedules of the task with that name. */
export function listSchedules(
  task: string,
  { schedule }: { readonly schedule?: Schedules | undefined },
): KeyedSchedule[] {
  return nameSchedules(schedule).map(([name, one]) => ({
    key: name === undefined ? task : `${task}.${name}`,
    task,
    timetable: timetableOf(one),
    input: one.input ?? {},
    missed: one.missed ?? defaultMissed,
  }));
}

/** Each schedule, with its name where there may be several. */
export function nameSchedules(
  schedule: Schedules | undefined,
): (readonly [name: string | undefined, schedule: Schedule])[] {
  if (schedule === undefined) return [];
  return isOne(schedule) ? [[undefined, schedule]] : Object.entries(schedule);
}

export function timetableOf({
  cron,
  timeZone = defaultTimeZone,
  everyMs,
}: Schedule): TimetableSpec {
  return cron === undefined ? { everyMs } : { cron, timeZone };
}

/** An entry that happens to be named as one of a schedule's fields is an object, and no such field is. */
function isOne(schedule: Schedules): schedule is Schedule {
  const fields: Readonly<Record<string, unknown>> = { ...schedule };
  return ["cron", "everyMs"].some((field) => {
    const value = fields[field];
    return value !== undefined && (typeof value !== "object" || value === null);
  });
}
