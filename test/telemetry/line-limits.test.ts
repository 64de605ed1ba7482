import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { unavailableKinds } from "../../src/contract/failures.ts";
import { type LineKind, lineLimits } from "../../src/contract/log-lines.ts";
import { lineOf, openLineLimits } from "../../src/telemetry/line-limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refused = (errorType: string) => ({ ...lineOf("job_not_queued"), error_type: errorType });
const failed = (errorType: string) => ({ ...lineOf("job_failed"), error_type: errorType });

function openCounted() {
  const counts: Record<string, number> = {};
  const told: unknown[] = [];
  const limits = openLineLimits((kind, outcome) => {
    counts[`${kind} ${outcome}`] = (counts[`${kind} ${outcome}`] ?? 0) + 1;
  });
  const admit = (fields: unknown) =>
    limits.admit(fields, (like, heldBack) => told.push({ ...like, heldBack }));
  const admitAll = (fields: unknown, lines: number) =>
    Array.from({ length: lines }, () => admit(fields)).filter(Boolean).length;
  return { limits, admit, admitAll, counts, told };
}

test("lines of a kind are written up to its limit, and the rest is told when the minute is over", () => {
  const { admit, admitAll, counts, told } = openCounted();
  const fields = { ...lineOf("login_refused"), client: "192.0.2.1" };
  expect(admitAll(fields, 1_294)).toBe(60);
  expect([counts, told]).toEqual([
    { "login_refused written": 60, "login_refused held_back": 1_234 },
    [],
  ]);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([{ line: "login_refused", heldBack: 1_234 }]);
  expect(admit(fields)).toBe(true);
});

test("a minute in which nothing was held back ends without a word", () => {
  const { admitAll, told } = openCounted();
  admitAll(lineOf("login_refused"), lineLimits.login_refused);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
});

test("a flood of a submitter's failures hides none of ours", () => {
  const { admit, admitAll, told, limits } = openCounted();
  admitAll(failed("division_by_zero"), 10_000);
  expect([admit(failed("timeout")), admit(lineOf("job_stalled"))]).toEqual([true, true]);
  limits.flush();
  expect(told).toEqual([{ line: "job_failed", error_type: "division_by_zero", heldBack: 9_400 }]);
});

test("submissions that are refused for one reason hide none that are refused for another", () => {
  const { admit, admitAll, told, limits } = openCounted();
  expect(admitAll(refused("not_ready"), 100)).toBe(lineLimits.job_not_queued);
  expect(unavailableKinds.filter((kind) => !admit(refused(kind)))).toEqual(["not_ready"]);
  limits.flush();
  expect(told).toEqual([{ line: "job_not_queued", error_type: "not_ready", heldBack: 41 }]);
});

test.each(["", undefined, { line: "constructor" }, { error_type: "toString" }, new Error("x")])(
  "a line with the fields %j is counted with those that strangers do not cause",
  (fields) => {
    const { admit, counts } = openCounted();
    expect([admit(fields), counts]).toEqual([true, { "other written": 1 }]);
  },
);

test("as many kinds as strangers use, what has none is written", () => {
  const { admit, admitAll } = openCounted();
  for (const kind of Object.keys(lineLimits) as LineKind[]) {
    if (kind !== "other") admitAll(lineOf(kind), lineLimits[kind] + 1);
  }
  expect(admit({ err: new Error("redis is not reachable") })).toBe(true);
});
