import { expect, test } from "vitest";
import type { AttemptEntry } from "../../src/queue/attempt-entry.ts";
import { createHistory, type StartedJob } from "../../src/queue/job-history.ts";

const fresh: StartedJob = {
  state: "wait",
  starts: 0,
  ended: 0,
  readyAt: 100,
  startedAt: undefined,
  finishedAt: undefined,
  worker: undefined,
  failedReason: undefined,
  entries: [],
};

function entryOf(start: number): AttemptEntry {
  return { start, outcome: "handed_back" };
}

function historyOf(job: Partial<StartedJob>) {
  return createHistory({ ...fresh, ...job });
}

test("a job that nobody has taken has no history", () => {
  expect(historyOf({})).toEqual({ attempts: [], retries: [], omitted: 0 });
});

test("an attempt could start when the job could, or when the one before it said so", () => {
  const entries: AttemptEntry[] = [
    { start: 1, outcome: "retried", startedAt: 110, endedAt: 120, nextAt: 150 },
    { start: 2, outcome: "retried", startedAt: 155, endedAt: 160 },
    { start: 3, outcome: "handed_back", startedAt: 170, endedAt: 180 },
    { start: 4, outcome: "lost", startedAt: 190, endedAt: 200 },
    { start: 5, outcome: "failed", startedAt: 210, endedAt: 220 },
    { start: 6, outcome: "failed", startedAt: 230, endedAt: 240, retriedAt: 245 },
    { start: 7, outcome: "none", retriedAt: 247 },
    { start: 8, outcome: "retried", startedAt: 248, endedAt: 249, nextAt: 999 },
  ];
  const last = { state: "active", starts: 9, ended: 6, startedAt: 250, worker: "w" };
  const { attempts } = historyOf({ entries, ...last });
  expect(attempts.map(({ start, readyAt }) => [start, readyAt])).toEqual([
    [1, 100],
    [2, 150],
    [3, 160],
    [4, 180],
    [5, 200],
    // Nobody has noted when that was retried.
    [6, undefined],
    [8, 247],
    // It was promoted before it was due.
    [9, 250],
  ]);
  expect(attempts.at(-1)).toEqual({
    start: 9,
    outcome: "running",
    number: 7,
    readyAt: 250,
    startedAt: 250,
    worker: "w",
  });
});

test("a job could start again when somebody retried it, wherever it had ended", () => {
  const entries: AttemptEntry[] = [
    { start: 1, outcome: "retried", endedAt: 120, nextAt: 900, closedAt: 200, retriedAt: 500 },
    { start: 2, outcome: "lost", endedAt: 520 },
    { start: 3, outcome: "none", closedAt: 530, retriedAt: 700 },
  ];
  const last = { state: "active", starts: 4, ended: 1, startedAt: 710 };
  const { attempts, retries } = historyOf({ entries, ...last });
  expect(attempts.map(({ start, readyAt }) => [start, readyAt])).toEqual([
    [1, 100],
    [2, 500],
    [4, 700],
  ]);
  expect(retries).toEqual([
    { after: 1, endedAt: 200, retriedAt: 500 },
    { after: 3, endedAt: 530, retriedAt: 700 },
  ]);
});

test("a job of an older release, which noted nothing, tells what its record does", () => {
  const record = { starts: 2, ended: 2, startedAt: 110, finishedAt: 120, worker: "w" };
  const unknown = { start: 1, outcome: "unknown", readyAt: 100 };
  const last = { start: 2, number: 2, startedAt: 110, endedAt: 120, worker: "w" };
  expect(historyOf({ ...record, state: "completed" }).attempts).toEqual([
    unknown,
    { ...last, outcome: "succeeded", readyAt: undefined },
  ]);
  const failedReason = "timeout: still running";
  expect(historyOf({ ...record, state: "failed", failedReason }).attempts).toEqual([
    unknown,
    { ...last, outcome: "failed", failureClass: "timeout", reason: "still running" },
  ]);
});

test("the end of a job whose count of attempts is gone has no number", () => {
  const { attempts } = historyOf({ state: "completed", starts: 1 });
  expect(attempts).toMatchObject([{ start: 1, outcome: "succeeded", number: undefined }]);
});

test.for(["job stalled more than allowable limit", "cancelled_by_user: cancelled on request"])(
  "a job that ended with %o before an attempt had begun has no attempt of it",
  (failedReason) => {
    const entries: AttemptEntry[] = [{ start: 1, outcome: "lost" }];
    const { attempts } = historyOf({ state: "failed", starts: 2, failedReason, entries });
    expect(attempts.map(({ start }) => start)).toEqual([1]);
  },
);

test("of starts that are kept no longer only their number is told", () => {
  const starts = 5_000_000;
  const kept = Array.from({ length: 10 }, (_, i) => i + 1);
  // The one that runs has not taken the place of the oldest of the last ones yet.
  kept.push(...Array.from({ length: 54 }, (_, i) => starts - 54 + i));
  const history = historyOf({ state: "active", starts, entries: kept.map(entryOf) });
  expect(history.attempts.map(({ start }) => start)).toEqual([...kept, starts]);
  expect(history.omitted).toBe(starts - 65);
  const without = historyOf({ state: "active", starts, entries: [] });
  expect(without.attempts.length + without.omitted).toBe(starts);
});
