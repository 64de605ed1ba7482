import { expect, test } from "vitest";
import type { TimetableSpec } from "../../src/contract/schedules.ts";
import { createTimetable } from "../../src/task/timetable.ts";

/** The slots after an instant and until another. */
function slotsBetween(spec: TimetableSpec, after: string, until: string): string[] {
  const timetable = createTimetable(spec);
  const slots: string[] = [];
  let at = timetable.next(Date.parse(after));
  while (at !== undefined && at <= Date.parse(until)) {
    slots.push(new Date(at).toISOString().slice(0, 16));
    at = timetable.next(at);
  }
  return slots;
}

const zurich = (cron: string): TimetableSpec => ({ cron, timeZone: "Europe/Zurich" });

test.each([
  [
    "at 03:30 what is due in the hour that spring skips",
    "30 2 * * *",
    "Europe/Zurich",
    "2026-03-28T12:00Z",
    "2026-03-30T12:00Z",
    ["2026-03-29T01:30", "2026-03-30T00:30"],
  ],
  [
    "once what is due in the hour that autumn repeats",
    "30 2 * * *",
    "Europe/Zurich",
    "2026-10-24T12:00Z",
    "2026-10-26T12:00Z",
    ["2026-10-25T00:30", "2026-10-26T01:30"],
  ],
  [
    "twice in the hour that autumn repeats what is due every hour",
    "30 * * * *",
    "Europe/Zurich",
    "2026-10-24T23:00Z",
    "2026-10-25T02:59Z",
    ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
  ],
  [
    "once what two times of a skipped hour and the next make",
    "30 * * * *",
    "Europe/Zurich",
    "2026-03-28T23:59Z",
    "2026-03-29T02:59Z",
    ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"],
  ],
  [
    "once in the hour that autumn repeats what names its hours",
    "0 1-3 * * *",
    "Europe/Zurich",
    "2026-10-24T12:00Z",
    "2026-10-25T12:00Z",
    ["2026-10-24T23:00", "2026-10-25T00:00", "2026-10-25T02:00"],
  ],
  [
    "at 01:00 what is due at a midnight that is skipped",
    "0 0 * * *",
    "Africa/Cairo",
    "2026-04-23T00:00Z",
    "2026-04-25T00:00Z",
    ["2026-04-23T22:00", "2026-04-24T21:00"],
  ],
  [
    "half an hour later in a gap of half an hour",
    "15 2 * * *",
    "Australia/Lord_Howe",
    "2026-10-03T12:00Z",
    "2026-10-04T12:00Z",
    ["2026-10-03T15:45"],
  ],
  [
    "on a leap day alone",
    "0 12 29 2 *",
    "UTC",
    "2025-01-01T00:00Z",
    "2032-12-31T00:00Z",
    ["2028-02-29T12:00", "2032-02-29T12:00"],
  ],
  [
    "on either of both kinds of days",
    "0 0 13 * FRI",
    "UTC",
    "2026-03-01T00:00Z",
    "2026-03-14T00:00Z",
    ["2026-03-06T00:00", "2026-03-13T00:00"],
  ],
  [
    "on a Sunday by either number",
    "0 0 * * 7",
    "UTC",
    "2026-03-01T00:00Z",
    "2026-03-15T00:00Z",
    ["2026-03-08T00:00", "2026-03-15T00:00"],
  ],
])("runs %s", (_, cron, timeZone, after, until, expected) => {
  expect(slotsBetween({ cron, timeZone }, after, until)).toEqual(expected);
});

test("has the slots of an interval at whole multiples since 1970, whenever it is asked", () => {
  const slots = slotsBetween({ everyMs: 21_600_000 }, "2026-01-01T05:17Z", "2026-01-01T18:00Z");
  expect(slots).toEqual(["2026-01-01T06:00", "2026-01-01T12:00", "2026-01-01T18:00"]);
});

test.each([
  zurich("*/7 * * * *"),
  zurich("30 2 * * *"),
  zurich("59 23 28-31 * *"),
  { everyMs: 7_000 },
])("finds backwards each slot of %o that it finds forwards", (spec) => {
  const timetable = createTimetable(spec);
  const begin = Date.parse("2026-10-24T20:00Z");
  let before = timetable.next(begin) ?? 0;
  for (let i = 0; i < 200; i += 1) {
    const slot = timetable.next(before) ?? 0;
    expect(slot).toBeGreaterThan(before);
    expect(timetable.last(slot)).toBe(slot);
    expect(timetable.last(slot - 1)).toBe(before);
    before = slot;
  }
});

test("has no slot where no day is as its expression says", () => {
  expect(createTimetable({ cron: "0 0 31 4,6,9,11 *", timeZone: "UTC" }).next(0)).toBeUndefined();
});

test("finds the next of a schedule of every minute within milliseconds on a day of change", () => {
  const timetable = createTimetable(zurich("* * * * *"));
  const change = Date.parse("2026-10-25T00:00Z");
  const slots = Array.from({ length: 3 }, (_, i) => timetable.next(change + i * 60_000));
  expect(slots).toEqual([60_000, 120_000, 180_000].map((ms) => change + ms));
});
