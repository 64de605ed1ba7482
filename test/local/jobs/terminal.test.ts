import { expect, onTestFinished, test, vi } from "vitest";
import type { SomeJob } from "../../../src/client/job.ts";
import { describeProgress, openProgressLine } from "../../../src/local/jobs/terminal.ts";

const links = { self: "", events: "", page: "" };
const anyJob = { id: "b2", task: "t", queue: "q", input: {}, attempts: 0, max_attempts: 4, links };

const working = (progress?: { fraction: number; text?: string }): SomeJob => ({
  ...anyJob,
  status: "working",
  ...(progress && { progress }),
});
const waiting: SomeJob = {
  ...anyJob,
  status: "waiting",
  waiting: { reason: "no_workers", ahead: 500, ahead_is_lower_bound: true },
};

test("tells why a job waits, and how far it is where it tells", () => {
  expect(
    [
      { ...anyJob, status: "waiting" } as const,
      waiting,
      working(),
      working({ fraction: 0.455, text: "page 9\u001b[2J" }),
      working({ fraction: 7 }),
    ].map(describeProgress),
  ).toEqual([
    "waiting",
    "waiting: no workers, 500 or more ahead",
    "working",
    "working [#########-----------] 45 % page 9\\u001b[2J",
    "working [####################] 100 %",
  ]);
});

function openTerminal(isTTY: boolean, columns: number) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { written, line: openProgressLine({ write, isTTY, columns }) };
}

test("draws a terminal's last line anew each second, no longer than it, and takes it away", () => {
  const { written, line } = openTerminal(true, 20);
  line.show(waiting);
  line.show(working());
  vi.advanceTimersByTime(2_000);
  line.close();
  line.close();
  vi.advanceTimersByTime(2_000);
  const start = "\r\u001b[2K";
  expect(written).toEqual([
    `${start}waiting: no workers`,
    `${start}working  0 s`,
    `${start}working  1 s`,
    `${start}working  2 s`,
    start,
  ]);
});

test("writes nothing where there is no terminal", () => {
  const { written, line } = openTerminal(false, 0);
  line.show(waiting);
  vi.advanceTimersByTime(2_000);
  line.hide();
  line.close();
  expect(written).toEqual([]);
});
