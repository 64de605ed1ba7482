import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { namedWithinSeconds } from "../../src/contract/schedules.ts";
import { holdSchedules } from "../../src/queue/held-schedules.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { scheduleKey, schedulesKey } from "../../src/queue/schedule-keys.ts";
import { readStandings } from "../../src/queue/schedule-standings.ts";
import { pauseSchedule, readSchedules } from "../../src/queue/schedules.ts";
import { parseTimetable } from "../../src/task/timetable.ts";

function openQueue() {
  const redis = new Redis(inject("redisUrl"));
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  const startedAt = Date.now();
  /** As a worker does that has been up for so long at the beginning, and has the schedule "k" with that timetable. */
  const hold = (timetable: string, upMs: number) =>
    holdSchedules(queue, redis, {
      named: [{ key: "k", task: "t", timetable }],
      sinceMs: startedAt - upMs,
    });
  const timetable = async () => (await readSchedules(queue, redis))[0]?.timetable;
  return { redis, queue, hold, timetable };
}

test("workers of one release all keep its schedule, and the note of its slots", async () => {
  const { hold } = openQueue();
  const first = await hold("a", 1_000);
  const second = await hold("a", 500_000);
  expect(second.held.get("k")).toEqual(first.held.get("k"));
  expect(second.held.get("k")).toEqual({ slot: first.nowMs, paused: false });
});

test("of two timetables the younger worker's is kept, however often the older one looks", async () => {
  const { hold, timetable } = openQueue();
  await hold("old", 60_000);
  const { held, nowMs } = await hold("new", 1_000);
  // What the new one says of the past was never asked for.
  expect(held.get("k")).toEqual({ slot: nowMs, paused: false });
  for (let i = 0; i < 3; i += 1) {
    expect((await hold("old", 60_000)).held.size).toBe(0);
    expect(await timetable()).toBe("new");
  }
});

test("a timetable that no worker has named for a minute gives way, and a pause does not", async () => {
  const { redis, queue, hold, timetable } = openQueue();
  await hold("new", 1_000);
  await pauseSchedule(queue, redis, "k");
  await redis.zadd(schedulesKey(queue), Date.now() - namedWithinSeconds * 1_000 - 5_000, "k");
  expect((await hold("old", 60_000)).held.get("k")).toMatchObject({ paused: true });
  expect(await timetable()).toBe("old");
});

const dayMs = 86_400_000;

type Damage = (redis: Redis, hash: string) => Promise<unknown>;

test.each<[string, Damage]>([
  ["whose slot is no number", (redis, hash) => redis.hset(hash, "slot", "soon")],
  ["whose slot a wrong clock has noted", (redis, hash) => redis.hset(hash, "slot", tomorrow())],
  ["whose start is no number", (redis, hash) => redis.hset(hash, "since", "x", "slot", "x")],
  ["whose task is gone", (redis, hash) => redis.hdel(hash, "task")],
  ["that is no hash", (redis, hash) => redis.set(hash, "x")],
])("a schedule %s begins anew, and harms no other", async (_, damage) => {
  const { redis, queue } = openQueue();
  const timetable = JSON.stringify({ everyMs: 1_000 });
  const named = ["k", "l"].map((key) => ({ key, task: "t", timetable }));
  const hold = () => holdSchedules(queue, redis, { named, sinceMs: 1 });
  const before = await hold();
  const readKeys = async () =>
    (await readStandings(queue, redis, parseTimetable)).map(({ key }) => key);
  await damage(redis, scheduleKey(queue, "k"));
  expect(await readKeys()).toContain("l");
  const { held, nowMs } = await hold();
  expect(held.get("k")).toEqual({ slot: nowMs, paused: false });
  expect(held.get("l")).toEqual(before.held.get("l"));
  expect(await readKeys()).toEqual(["k", "l"]);
});

function tomorrow(): number {
  return Date.now() + dayMs;
}

test("a timetable whose next slot is beyond all time has none", async () => {
  const { redis, queue, hold } = openQueue();
  await hold(JSON.stringify({ everyMs: 1e308 }), 1_000);
  expect(await readStandings(queue, redis, parseTimetable)).toMatchObject([
    { key: "k", nextSlot: undefined, lateMs: 0 },
  ]);
});

test("a slot a little ahead of a clock that was set back stays dealt with", async () => {
  const { redis, queue, hold } = openQueue();
  await hold("a", 1_000);
  const slot = Date.now() + 30_000;
  await redis.hset(scheduleKey(queue, "k"), "slot", slot);
  expect((await hold("a", 1_000)).held.get("k")).toEqual({ slot, paused: false });
});

test("schedules that a wrong clock has named are not kept for longer than others", async () => {
  const { redis, queue, hold } = openQueue();
  await hold("a", 1_000);
  await redis.zadd(schedulesKey(queue), tomorrow(), "k", tomorrow(), "gone");
  const { nowMs } = await hold("a", 1_000);
  expect(await redis.zrange(schedulesKey(queue), 0, "-1", "WITHSCORES")).toEqual(
    ["gone", "k"].flatMap((key) => [key, String(nowMs)]),
  );
});

test("a list of schedules that is none is made anew", async () => {
  const { redis, queue, hold } = openQueue();
  await redis.set(schedulesKey(queue), "x");
  expect((await hold("a", 1_000)).held.has("k")).toBe(true);
  expect(await redis.zrange(schedulesKey(queue), 0, "-1")).toEqual(["k"]);
});
