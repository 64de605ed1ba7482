import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Loss, openDropReport } from "../../src/telemetry/drop-report.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a loss is said at once, and then once a minute for as long as it goes on", () => {
  const said: Loss[] = [];
  const report = openDropReport((loss) => said.push(loss));
  for (let second = 0; second < 90; second += 1) {
    report.note("logs", "not_taken", 10, new Error("refused"));
    report.note("logs", "no_room", 1);
    vi.advanceTimersByTime(1_000);
  }
  vi.advanceTimersByTime(600_000);
  report.note("logs", "no_room", 1);
  expect(said).toEqual([
    { signal: "logs", lost: { not_taken: 10 }, problem: "refused" },
    { signal: "logs", lost: { not_taken: 590, no_room: 60 }, problem: "refused" },
    { signal: "logs", lost: { not_taken: 300, no_room: 30 }, problem: "refused" },
    { signal: "logs", lost: { no_room: 1 }, problem: undefined },
  ]);
});

test("signals do not wait for each other, and an end leaves nothing unsaid", () => {
  const said: unknown[] = [];
  const report = openDropReport(({ signal, lost }) => said.push([signal, lost]));
  report.note("logs", "not_taken", 1);
  report.note("traces", "not_taken", 2);
  report.note("traces", "stopped", 3);
  report.flush();
  vi.advanceTimersByTime(600_000);
  expect(said).toEqual([
    ["logs", { not_taken: 1 }],
    ["traces", { not_taken: 2 }],
    ["traces", { stopped: 3 }],
  ]);
});
