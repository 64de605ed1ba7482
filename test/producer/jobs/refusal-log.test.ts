import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UnavailableError } from "../../../src/producer/http/errors.ts";
import { openRefusalLog } from "../../../src/producer/jobs/refusal-log.ts";
import { collectLog } from "../../support/telemetry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const closed = new Error("connect ECONNREFUSED 127.0.0.1:6379");

function refuse(kind: "not_ready" | "memory_low", traceId: string) {
  return {
    error: new UnavailableError(kind, closed),
    task: "divide",
    trail: { trace_id: traceId },
  };
}

test("an outage of two seconds is three lines with the count of all that it refused", () => {
  const { log, lines } = collectLog();
  const refusals = openRefusalLog(log);
  for (let number = 0; number < 5_300; number += 1) {
    refusals.note(refuse("not_ready", `trace-${number}`));
    if (number % 265 === 264) vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(60_000);
  const refused = lines().map((line) => Number(line["refused"]));
  expect([refused.length, refused[0], refused.reduce((sum, count) => sum + count, 0)]).toEqual([
    3, 1, 5_300,
  ]);
  expect(lines()[2]).toMatchObject({
    level: "warn",
    msg: "job not queued",
    task: "divide",
    error_type: "not_ready",
    trace_id: "trace-5299",
    problem: closed.message,
  });
  expect(JSON.stringify(lines())).not.toContain("stack");
});

test("another reason is told at once, and an end leaves none untold", () => {
  const { log, lines } = collectLog();
  const refusals = openRefusalLog(log);
  for (const kind of ["not_ready", "not_ready", "memory_low"] as const) {
    refusals.note(refuse(kind, "trace"));
  }
  expect(lines().map(({ error_type, refused }) => [error_type, refused])).toEqual([
    ["not_ready", 1],
    ["memory_low", 1],
  ]);
  refusals.flush();
  expect(lines().at(-1)).toMatchObject({ error_type: "not_ready", refused: 1 });
  vi.advanceTimersByTime(60_000);
  expect(lines()).toHaveLength(3);
});
