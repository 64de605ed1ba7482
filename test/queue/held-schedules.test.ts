import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { namedWithinSeconds } from "../../src/contract/schedules.ts";
import { holdSchedules } from "../../src/queue/held-schedules.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { schedulesKey } from "../../src/queue/schedule-keys.ts";
import { pauseSchedule, readSchedules } from "../../src/queue/schedules.ts";

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
