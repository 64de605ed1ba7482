import { CronExpressionParser } from "cron-parser";

/** What a cron expression asks for; days of the week from 0, a Sunday, to 6. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** Whether it asks for that day: as cron has it, where both kinds of days are named, either will do. */
  readonly isDay: (dayOfMonth: number, dayOfWeek: number) => boolean;
}

/** Greatest step of each field: a greater one would be taken for none. */
const fields = [
  { name: "minute", step: 59 },
  { name: "hour", step: 23 },
  { name: "day of the month", step: 30 },
  { name: "month", step: 11 },
  { name: "day of the week", step: 6 },
] as const;

const part = /^(\*|(\d+|[a-z]{3})(-(\d+|[a-z]{3}))?)(\/(?<step>\d+))?$/i;

/**
 * Reads the five fields of cron: numbers, ranges, lists, steps, and names of months and days. Throws
 * for anything else, with what is wrong about it.
 */
export function parseCron(cron: string): CronFields {
  const texts = cron.trim().split(/\s+/);
  if (texts.length !== fields.length) {
    throw new Error(`it has ${texts.length} ${texts.length === 1 ? "field" : "fields"}`);
  }
  for (const [i, { name, step }] of fields.entries()) {
    for (const text of texts[i]?.split(",") ?? []) {
      const found = part.exec(text);
      if (found === null) throw new Error(`its ${name} has "${text}"`);
      if (Number(found.groups?.["step"] ?? 1) > step) {
        throw new Error(`its ${name} has "${text}", whose step is more than ${step}`);
      }
    }
  }
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parseFields(cron);
  // A 7 is a Sunday, too.
  const weekdays = new Set(dayOfWeek.values.map((day) => Number(day) % 7));
  const days = new Set(dayOfMonth.values.map(Number));
  const named = [dayOfMonth, dayOfWeek].filter(({ isWildcard }) => !isWildcard);
  return {
    minutes: minute.values,
    hours: hour.values,
    months: month.values,
    isDay: (ofMonth, ofWeek) =>
      named.length === 2
        ? days.has(ofMonth) || weekdays.has(ofWeek)
        : days.has(ofMonth) && weekdays.has(ofWeek),
  };
}

function parseFields(cron: string) {
  try {
    return CronExpressionParser.parse(cron).fields;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.includes("explicit day of month") ? neverDue : reason.toLowerCase(), {
      cause: error,
    });
  }
}

/** Why an expression is refused whose days are in no year. */
export const neverDue = "it is never due: no such month has such a day";
