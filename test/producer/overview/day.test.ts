import { expect, test } from "vitest";
import { bucketMs } from "../../../src/producer/overview/bucket.ts";
import { createDay } from "../../../src/producer/overview/day.ts";
import type { EndedSecond } from "../../../src/producer/overview/ended-jobs.ts";
import { summarizeDay, summarizeHours } from "../../../src/producer/overview/hours.ts";
import type { OverviewSnapshot } from "../../../src/producer/overview/snapshot.ts";
import { createBucket, createEnded } from "../../support/overview-day.ts";

const start = Date.parse("2026-01-02T03:00:00.000Z");
const dayMs = 86_400_000;
const oneSucceeded: EndedSecond = { succeeded: 1, failed: 0, sample: [] };

test("keeps what was waited for, run and ended in five minutes, once they are over for certain", async () => {
  const world = createWorld();
  world.snapshots = [
    createSnapshot(start + 10_000, { waiting: 3, workers: 2 }),
    createSnapshot(start + 20_000, { waiting: 7, workers: 1 }),
    createSnapshot(start + bucketMs, { waiting: 90, workers: 9 }),
  ];
  world.ended.set(start + 1_000, oneSucceeded);
  world.now = start + bucketMs + 19_000;
  await world.keepAll();
  expect(world.told()).toEqual([]);
  world.now = start + bucketMs + 20_000;
  await world.keepAll();
  expect(world.told()).toMatchObject([
    {
      at: "2026-01-02T03:05:00.000Z",
      queue: { waiting: 7, workers: 1 },
      ended: { succeeded: 1, failed: 0 },
    },
  ]);
});

test("another producer tells the same, and keeps what ended while none was there", async () => {
  const world = createWorld();
  world.ended.set(start + 1_000, oneSucceeded);
  world.ended.set(start - 3_600_000, oneSucceeded);
  world.now = start + 2 * bucketMs;
  await world.keepAll();
  const other = createWorld(world.stored);
  other.now = world.now;
  await other.keepAll();
  expect(await other.read()).toEqual(await world.read());
  expect((await other.read()).map(({ at }) => at)).toEqual([
    "2026-01-02T02:05:00.000Z",
    "2026-01-02T03:05:00.000Z",
  ]);
  expect(other.reads).not.toContain(start);
});

test("tells a day, and nothing of what is older or was dated by a clock that went wrong", async () => {
  const world = createWorld();
  world.stored.set(start - dayMs, bucketText(start - dayMs));
  world.stored.set(start + 30 * dayMs, bucketText(start + 30 * dayMs));
  world.stored.set(start - dayMs + bucketMs, bucketText(start - dayMs + bucketMs));
  world.ended.set(start + 1_000, oneSucceeded);
  world.now = start + bucketMs + 20_000;
  expect(await world.read()).toHaveLength(1);
});

test("goes on after Redis was away, and leaves out what somebody has damaged", async () => {
  const world = createWorld();
  world.ended.set(start + 1_000, oneSucceeded);
  world.now = start + 2 * bucketMs;
  world.reachable = false;
  await expect(world.day.keep()).rejects.toThrow("away");
  world.reachable = true;
  world.stored.set(start - bucketMs, "{");
  world.stored.set(start - 2 * bucketMs, '{"at":1}');
  await world.keepAll();
  expect((await world.read()).map(({ at }) => at)).toEqual(["2026-01-02T03:05:00.000Z"]);
});

test("says that nobody knows what ended when it is not kept any more", async () => {
  const world = createWorld();
  world.snapshots = [createSnapshot(start + 10_000, { waiting: 1, workers: 1 })];
  world.ended.set(start + 1_000, undefined);
  world.now = start + bucketMs + 20_000;
  await world.keepAll();
  expect(await world.read()).toMatchObject([{ queue: { waiting: 1 }, ended: null }]);
});

test("sums an hour up, of what is known of it", () => {
  const buckets = [
    createBucket(start - bucketMs, ended(9, 1)),
    createBucket(start, ended(2, 4)),
    createBucket(start + 3 * bucketMs, ended(3, 2)),
    createBucket(start + 4 * bucketMs, { queue: null, ended: null }),
  ];
  expect(summarizeHours(buckets)).toEqual([
    {
      from: "2026-01-02T03:00:00.000Z",
      succeeded: 5,
      failed: 2,
      waiting: 4,
      waitSeconds: 4,
      workers: 2,
    },
    {
      from: "2026-01-02T02:55:00.000Z",
      succeeded: 9,
      failed: 1,
      waiting: 4,
      waitSeconds: 1,
      workers: 2,
    },
  ]);
  expect(summarizeDay(buckets)).toEqual({ succeeded: 14, failed: 3 });
  expect(summarizeDay([])).toEqual({ succeeded: null, failed: null });
});

function ended(succeeded: number, p95: number) {
  return { ended: { ...createEnded(succeeded), wait_seconds: { p50: 0, p95 } } };
}

function createWorld(stored = new Map<number, string>()) {
  const seconds = new Map<number, EndedSecond | undefined>();
  const reads: number[] = [];
  const world = {
    now: start,
    reachable: true,
    snapshots: [] as readonly OverviewSnapshot[],
    ended: seconds,
    stored,
    reads,
  };
  const day = createDay({
    readBuckets: async () => {
      if (!world.reachable) throw new Error("away");
      return [...stored].map(([startMs, text]) => ({ startMs, text }));
    },
    keepBucket: async ({ startMs, text }) => {
      if (!stored.has(startMs)) stored.set(startMs, text);
    },
    readEnded: async (fromMs, untilMs) => {
      reads.push(fromMs);
      return new Map([...seconds].filter(([second]) => second >= fromMs && second < untilMs));
    },
    history: {
      get snapshots() {
        return world.snapshots;
      },
      endedBetween: () => undefined,
    },
    now: () => world.now,
  });
  return Object.assign(world, {
    day,
    /** A whole day of five minutes, and one more. */
    keepAll: async () => {
      for (let i = 0; i <= 288; i += 1) await day.keep();
    },
    read: () => day.read(),
    told: () => [...stored.values()].map((text) => JSON.parse(text) as unknown),
  });
}

function createSnapshot(
  atMs: number,
  { waiting, workers }: { waiting: number; workers: number },
): OverviewSnapshot {
  return {
    at: new Date(atMs).toISOString(),
    queue: {
      waiting,
      working: 0,
      workers,
      paused: false,
      oldest_waiting_seconds: 0,
      clock_skew_seconds: 0,
      blocked_by: [],
    },
    queues: null,
    schedules: null,
    last_minute: null,
  };
}

function bucketText(startMs: number): string {
  return JSON.stringify(createBucket(startMs));
}
