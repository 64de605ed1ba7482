import { inspect } from "node:util";
import { z } from "zod";
import { everyLimitsMs, missedPolicies, type TimetableSpec } from "../contract/schedules.ts";
import { acceptInput } from "./accepted-input.ts";
import { neverDue } from "./cron.ts";
import { policyOf } from "./job-policy.ts";
import { findJsonProblem } from "./json-value.ts";
import { listSchedules, nameSchedules, type Schedule, timetableOf } from "./schedule.ts";
import type { Task } from "./task.ts";
import { createTimetable } from "./timetable.ts";

const scheduleName = /^[a-z][a-z0-9-]{0,39}$/;
const expectedName = 'expected a name like "every-morning"';
const expectedCron =
  'expected minute, hour, day of the month, month and day of the week, such as "30 2 * * *"';
const expectedFields =
  'expected { cron: "30 2 * * *", timeZone: "Europe/Zurich", input, missed } or { everyMs, input, missed }';
/** Far more than an input of a schedule needs. */
const maxParts = 10_000;

/** An offset is taken for a zone by some systems, but knows no summer. */
const zoneName = /^[a-z]/i;

const fields: Readonly<
  Record<keyof Schedule, { readonly expected: string; readonly fits: (value: unknown) => boolean }>
> = {
  cron: { expected: expectedCron, fits: (value) => typeof value === "string" },
  timeZone: { expected: 'a time zone of the IANA, such as "Europe/Zurich"', fits: isZone },
  everyMs: {
    expected: `a whole number of milliseconds from ${everyLimitsMs.min} to ${everyLimitsMs.max}, which is a year`,
    fits: (value) =>
      Number.isInteger(value) &&
      Number(value) >= everyLimitsMs.min &&
      Number(value) <= everyLimitsMs.max,
  },
  input: { expected: "an object", fits: isObject },
  missed: {
    expected: `one of ${missedPolicies.map((policy) => `"${policy}"`).join(", ")}`,
    fits: (value) => missedPolicies.some((policy) => policy === value),
  },
};

/** Why one of a task's schedules could not be kept, or `undefined`. */
export function findScheduleProblem(task: Task): string | undefined {
  const { schedule } = task;
  if (schedule === undefined) return undefined;
  const named = nameSchedules(schedule);
  if (named.length === 0) return `its "schedule" has no entry, ${expectedFields}`;
  for (const [name, one] of named) {
    const path = name === undefined ? "schedule" : `schedule.${name}`;
    if (name !== undefined && !scheduleName.test(name)) {
      return `its "schedule" has an entry "${name}", ${expectedName}`;
    }
    const problem = findFieldProblem(one, path) ?? findTimetableProblem(timetableOf(one), path);
    if (problem !== undefined) return problem;
  }
  for (const { input } of listSchedules("schedule", task)) {
    const problem = findInputProblem(task, input);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findFieldProblem(schedule: unknown, path: string): string | undefined {
  if (!isObject(schedule)) return `its "${path}" is ${show(schedule)}, ${expectedFields}`;
  for (const [name, value] of Object.entries(schedule)) {
    const field = new Map<string, (typeof fields)["cron"]>(Object.entries(fields)).get(name);
    if (field === undefined) return `its "${path}.${name}" is unknown, ${expectedFields}`;
    if (value !== undefined && !field.fits(value)) {
      return `its "${path}.${name}" is ${show(value)}, expected ${field.expected.replace(/^expected /, "")}`;
    }
  }
  const { cron, everyMs, timeZone } = schedule;
  if ((cron === undefined) === (everyMs === undefined)) {
    const both = cron === undefined ? 'neither "cron" nor "everyMs"' : 'both "cron" and "everyMs"';
    return `its "${path}" has ${both}, ${expectedFields}`;
  }
  if (everyMs !== undefined && timeZone !== undefined) {
    return `its "${path}" has a "timeZone" beside "everyMs", which is counted in UTC, ${expectedFields}`;
  }
  return undefined;
}

function findTimetableProblem(spec: TimetableSpec, path: string): string | undefined {
  const tell = (reason: string) =>
    `its "${path}.cron" is ${show(spec.cron)}: ${reason}; ${expectedCron}`;
  try {
    return createTimetable(spec).next(Date.now()) === undefined ? tell(neverDue) : undefined;
  } catch (error) {
    return tell(error instanceof Error ? error.message : String(error));
  }
}

function findInputProblem(
  task: Task,
  input: Readonly<Record<string, unknown>>,
): string | undefined {
  const found = findJsonProblem(input, maxParts);
  if (found !== undefined) {
    return `the "${z.core.toDotPath(["input", ...found.path])}" of its schedule ${found.problem}`;
  }
  const accepted = acceptInput(task, input);
  if (accepted.kind === "broken") return accepted.problem;
  if (accepted.kind === "refused") {
    const [issue] = accepted.error.issues;
    const field = ["input", ...(issue?.path ?? [])].join(".");
    return `the "${field}" of its schedule does not fit its schema: ${issue?.message}`;
  }
  policyOf(task, accepted.value);
  return undefined;
}

function isZone(value: unknown): boolean {
  if (typeof value !== "string" || !zoneName.test(value)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: value }).resolvedOptions() !== undefined;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, compact: true, maxStringLength: 60 });
}
