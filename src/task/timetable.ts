import type { TimetableSpec } from "../contract/schedules.ts";
import { type CronFields, parseCron } from "./cron.ts";
import { createWallClock, type WallClock } from "./wall-clock.ts";

/** The slots of a schedule: instants, as Unix times in ms. */
export interface Timetable {
  /** The first slot after an instant; `undefined` if there is none within nine years. */
  next(afterMs: number): number | undefined;
  /** The last slot until an instant, itself included; `undefined` as of `next`. */
  last(untilMs: number): number | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** From one 29 February to the next it can be eight years. */
const searchedDays = 9 * 366;

/** Throws, with the reason, for a cron expression or a zone that is none. */
export function createTimetable(spec: TimetableSpec): Timetable {
  const { everyMs } = spec;
  if (everyMs !== undefined) {
    const last = (untilMs: number) => Math.floor(untilMs / everyMs) * everyMs;
    return { next: (afterMs) => last(afterMs) + everyMs, last };
  }
  const clock = createWallClock(spec.timeZone);
  const slotsOf = rememberDays(createDays(parseCron(spec.cron), clock));
  const search = (fromMs: number, step: 1 | -1, isWanted: (slot: number) => boolean) => {
    const today = Math.floor(clock.show(fromMs) / dayMs);
    for (let i = -1; i < searchedDays; i += 1) {
      const day = today + step * i;
      // Where midnight is skipped, what belongs to a day may come after the beginning of the next.
      const found = [...slotsOf(day), ...slotsOf(day + step)].filter(isWanted);
      if (found.length > 0) return found.reduce((a, b) => (step * (a - b) < 0 ? a : b));
    }
    return undefined;
  };
  return {
    next: (afterMs) => search(afterMs, 1, (slot) => slot > afterMs),
    last: (untilMs) => search(untilMs, -1, (slot) => slot <= untilMs),
  };
}

const parsed = new Map<string, Timetable | undefined>();
/** Far more than there are schedules: changed ones are forgotten in the end. */
const mostParsed = 1_000;

/** The timetable that a schedule in Redis tells, as JSON; `undefined` for what this release cannot read. */
export function parseTimetable(text: string): Timetable | undefined {
  if (parsed.has(text)) return parsed.get(text);
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(text, readTimetable(text));
  return parsed.get(text);
}

function readTimetable(text: string): Timetable | undefined {
  try {
    const timetable = createTimetable(JSON.parse(text));
    return Number.isFinite(timetable.last(0)) ? timetable : undefined;
  } catch {
    return undefined;
  }
}

/** What is asked is mostly of today and the days beside it. */
const rememberedDays = 8;

function rememberDays(find: (day: number) => readonly number[]) {
  const days = new Map<number, readonly number[]>();
  return (day: number) => {
    const slots = days.get(day) ?? find(day);
    if (days.size >= rememberedDays) days.clear();
    days.set(day, slots);
    return slots;
  };
}

/** The slots of each day, counted from 1970; in no order. */
function createDays({ minutes, hours, months, isDay }: CronFields, clock: WallClock) {
  // What runs every hour runs in the hour that comes twice both times; what names its hour, once.
  const isHourly = hours.length === 24;
  return (day: number): readonly number[] => {
    const midnight = day * dayMs;
    const date = new Date(midnight);
    if (!months.includes(date.getUTCMonth() + 1)) return [];
    if (!isDay(date.getUTCDate(), date.getUTCDay())) return [];
    const times = hours.flatMap((hour) =>
      minutes.map((minute) => hour * hourMs + minute * minuteMs),
    );
    const [begin] = clock.find(midnight);
    const [end] = clock.find(midnight + dayMs);
    // On nearly all days the clocks are left alone, and to ask for each time takes long.
    if (end - begin === dayMs && clock.show(begin) === midnight) {
      return times.map((time) => begin + time);
    }
    return times.flatMap((time) => {
      const found = clock.find(midnight + time);
      return isHourly ? found.filter((slot) => slot !== undefined) : [found[0]];
    });
  };
}
