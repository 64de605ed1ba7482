import { expect, test } from "vitest";
import type { EndedJob } from "../../../src/producer/overview/ended-jobs.ts";
import type { OverviewState } from "../../../src/producer/overview/overview-state.ts";
import { createSnapshot, overviewSnapshot } from "../../../src/producer/overview/snapshot.ts";
import type { SubmittedState } from "../../../src/queue/submitted-state.ts";

const at = Date.parse("2026-01-02T03:04:05.000Z");
const busy: SubmittedState = {
  jobs: {
    waiting: 3,
    prioritized: 2,
    active: 4,
    delayed: 1,
    waiting_children: 0,
    succeeded: 100,
    failed: 10,
  },
  oldestReadyAt: at - 1_500,
  paused: false,
  workers: 2,
  heldBy: ["rate"],
};
const idle: SubmittedState = {
  ...busy,
  jobs: { ...busy.jobs, waiting: 0, prioritized: 0, active: 1 },
  oldestReadyAt: undefined,
  paused: true,
  workers: 3,
};
const nightly = {
  key: "report",
  task: "report",
  timetable: "{}",
  slot: at - 60_000,
  nextSlot: at,
  lateMs: 0,
  lastRun: undefined,
  pausedSince: undefined,
};
const createState = (...states: readonly [string, SubmittedState][]): OverviewState => ({
  queues: new Map(states),
  skewMs: -2_500.4,
  blockedBy: ["greedy"],
  schedules: [
    { ...nightly, key: "held", nextSlot: undefined, pausedSince: at },
    {
      ...nightly,
      nextSlot: at + 1_000,
      lastRun: { slot: at - 60_000, at: at - 59_000, jobId: "j" },
    },
  ],
});
const state = createState(["default", busy], ["slow", idle]);

test("tells the state of each queue and of all, and the minute before", () => {
  const snapshot = createSnapshot(at, state, [
    { succeeded: 1, failed: 1, sample: [job(0.1, 0.4), job(0.2, 0.3, "timeout")] },
    { succeeded: 2, failed: 0, sample: [job(0.3, 1.2), job(0.4, 0.5)] },
  ]);
  expect(snapshot).toEqual({
    at: "2026-01-02T03:04:05.000Z",
    queue: {
      waiting: 5,
      working: 5,
      workers: 3,
      paused: false,
      oldest_waiting_seconds: 1.5,
      clock_skew_seconds: -2.5,
      blocked_by: ["greedy"],
    },
    queues: {
      default: {
        waiting: 5,
        working: 4,
        workers: 2,
        paused: false,
        oldest_waiting_seconds: 1.5,
        held_by: ["rate"],
      },
      slow: {
        waiting: 0,
        working: 1,
        workers: 3,
        paused: true,
        oldest_waiting_seconds: 0,
        held_by: [],
      },
    },
    schedules: [
      { key: "held", task: "report", next_at: null, last_slot: null, paused: true },
      {
        key: "report",
        task: "report",
        next_at: "2026-01-02T03:04:06.000Z",
        last_slot: "2026-01-02T03:03:05.000Z",
        paused: false,
      },
    ],
    last_minute: {
      succeeded: 3,
      failed: 1,
      failures: { timeout: 1 },
      wait_seconds: { p50: 0.2, p95: 0.4 },
      end_to_end_seconds: { p50: 0.4, p95: 1.2 },
    },
  });
  expect(overviewSnapshot.parse(snapshot)).toEqual(snapshot);
});

test("tells a gap, and not 0, of what could not be read", () => {
  const snapshot = createSnapshot(at, undefined, undefined);
  expect(snapshot).toEqual({
    at: "2026-01-02T03:04:05.000Z",
    queue: null,
    queues: null,
    schedules: null,
    last_minute: null,
  });
  expect(overviewSnapshot.parse(snapshot)).toEqual(snapshot);
});

test("tells no latency of a minute in which nothing ended", () => {
  expect(createSnapshot(at, createState(["slow", idle]), [])).toMatchObject({
    queue: { oldest_waiting_seconds: 0 },
    last_minute: {
      succeeded: 0,
      failed: 0,
      failures: {},
      wait_seconds: null,
      end_to_end_seconds: null,
    },
  });
});

test("lets a job of a busy second stand for the others that were not looked at", () => {
  const heavy = { ...job(5, 5, "overflow"), weight: 90.4 };
  const { last_minute: minute } = createSnapshot(at, state, [
    { succeeded: 0, failed: 90, sample: [heavy] },
    { succeeded: 3, failed: 0, sample: [job(1, 1), job(1, 1), job(1, 1)] },
  ]);
  expect(minute).toEqual({
    succeeded: 3,
    failed: 90,
    failures: { overflow: 90 },
    wait_seconds: { p50: 5, p95: 5 },
    end_to_end_seconds: { p50: 5, p95: 5 },
  });
});

test("leaves a job out of the wait whose first start nobody knows any more", () => {
  const retried = { ...job(1, 60), waitSeconds: undefined };
  const { last_minute: minute } = createSnapshot(at, state, [
    { succeeded: 2, failed: 0, sample: [retried, job(2, 3)] },
  ]);
  expect(minute).toMatchObject({
    wait_seconds: { p50: 2, p95: 2 },
    end_to_end_seconds: { p50: 3, p95: 60 },
  });
});

function job(
  waitSeconds: number,
  endToEndSeconds: number,
  failureClass?: EndedJob["failureClass"],
): EndedJob {
  return { weight: 1, waitSeconds, endToEndSeconds, failureClass };
}
