import { expect, test } from "vitest";
import type { MissedPolicy } from "../../../src/contract/schedules.ts";
import { createTimetable } from "../../../src/task/timetable.ts";
import { planSlots } from "../../../src/worker/schedules/plan.ts";

const hourMs = 3_600_000;
const noon = Date.parse("2026-01-02T12:00Z");
const hourly = createTimetable({ everyMs: hourMs });
const everySecond = createTimetable({ everyMs: 1_000 });

test.each<[string, number, number, MissedPolicy, object]>([
  ["nothing before it is due", noon, noon + hourMs - 1, "run once", { run: [] }],
  ["nothing twice", noon, noon, "run once", { run: [] }],
  ["what is due now", noon - 1, noon, "skip", { run: [noon] }],
  ["what is a minute late", noon - 1, noon + 60_000, "skip", { run: [noon] }],
  ["not what is later, to skip", noon - 1, noon + 60_001, "skip", { run: [], pass: noon }],
  ["what is later, to run once", noon - 1, noon + 60_001, "run once", { run: [noon] }],
  ["of five hours one, to run once", noon - 5 * hourMs, noon + 60_001, "run once", { run: [noon] }],
  [
    "of five hours none, to skip",
    noon - 5 * hourMs,
    noon + 60_001,
    "skip",
    { run: [], pass: noon },
  ],
  ["after five hours what is due now", noon - 5 * hourMs, noon + 9_000, "skip", { run: [noon] }],
])("runs %s", (_, slot, nowMs, missed, plan) => {
  expect(planSlots(hourly, { slot, nowMs, missed })).toEqual(plan);
});

test("leaves no slot out that came within the last minute, while a worker starts anew", () => {
  for (const missed of ["run once", "skip"] as const) {
    const { run } = planSlots(everySecond, { slot: noon, nowMs: noon + 60_500, missed });
    expect(run).toEqual(Array.from({ length: 60 }, (_, i) => noon + (i + 1) * 1_000));
    const late = planSlots(everySecond, { slot: noon, nowMs: noon + 61_001, missed });
    expect(late).toEqual({ run: [noon + 61_000] });
  }
});

test("plans nothing where a schedule is never due", () => {
  const never = createTimetable({ cron: "0 0 31 4,6 *", timeZone: "UTC" });
  expect(planSlots(never, { slot: 0, nowMs: noon, missed: "run once" })).toEqual({ run: [] });
});
