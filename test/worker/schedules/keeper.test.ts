import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { namedWithinSeconds } from "../../../src/contract/schedules.ts";
import { readJobSchedule } from "../../../src/queue/job-schedule.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import { scheduleKey, schedulesKey } from "../../../src/queue/schedule-keys.ts";
import { pauseSchedule, readSchedules, resumeSchedule } from "../../../src/queue/schedules.ts";
import { keepSchedule, readScheduled, readSlots } from "../../support/scheduled.ts";
import { ownRedis } from "../../support/redis.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

const everySecond = { everyMs: 1_000 };
const hourMs = 3_600_000;
const everyHour = { everyMs: hourMs };

interface World {
  readonly name: string;
  readonly redis: Redis;
  readonly queue: Queue;
}

function openWorld(url = inject("redisUrl")): World {
  const redis = new Redis(url);
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const name = `test-${randomUUID()}`;
  return { name, redis, queue: createQueue(redis, name) };
}

/** Waits until the schedule of that key is known, and returns it. */
async function known({ queue, redis }: World, key = "report") {
  return until("the schedule", async () =>
    (await readSchedules(queue, redis)).find((schedule) => schedule.key === key),
  );
}

/** Has Redis believe that its slots are dealt with up to so long ago. */
async function setBack({ queue, redis }: World, ms: number): Promise<void> {
  await redis.hset(scheduleKey(queue, "report"), "slot", Date.now() - ms);
}

/** Has Redis believe that no worker has named it for long enough. */
async function forgetNaming({ queue, redis }: World, key = "report"): Promise<void> {
  await redis.zadd(schedulesKey(queue), Date.now() - namedWithinSeconds * 1_000 - 5_000, key);
}

test("runs each slot once while eight workers are killed and replaced at random", async () => {
  const world = openWorld();
  const start = () => keepSchedule(world.name, { schedule: everySecond });
  const keepers = Array.from({ length: 8 }, start);
  const slots = await until(
    "20 slots",
    async () => {
      const victim = Math.floor(Math.random() * keepers.length);
      keepers[victim]?.kill();
      keepers[victim] = start();
      const found = await readSlots(world.queue);
      return found.length >= 20 && found;
    },
    120_000,
    50,
  );
  for (const keeper of keepers) keeper.kill();
  const [first = 0] = slots;
  expect(slots).toEqual(slots.map((_, i) => first + i * 1_000));
});

test.each([
  ["run once", 3.5 * hourMs, 1],
  ["skip", 3.5 * hourMs, 0],
] as const)("of what was missed, %s leaves what it says", async (missed, awayMs, expected) => {
  const world = openWorld();
  const schedule = { ...everyHour, missed };
  keepSchedule(world.name, { schedule }).kill();
  const first = keepSchedule(world.name, { schedule });
  await known(world);
  first.kill();
  await setBack(world, awayMs);
  keepSchedule(world.name, { schedule });
  const last = Math.floor(Date.now() / hourMs) * hourMs;
  await until("its slots to be dealt with", async () => (await known(world)).slot >= last);
  const slots = await readSlots(world.queue);
  // Just after the full hour, its slot is not missed.
  const isInTime = Date.now() - last < 60_000;
  expect(slots).toEqual(expected === 1 || isInTime ? [last] : []);
});

test("runs nothing of the time before a schedule was there, or was changed", async () => {
  const world = openWorld();
  const before = Date.now();
  const old = keepSchedule(world.name, { schedule: everyHour });
  expect((await known(world)).slot).toBeGreaterThanOrEqual(before - 1_000);
  old.kill();
  await setBack(world, 3 * hourMs);
  keepSchedule(world.name, { schedule: { everyMs: hourMs / 2 } });
  const changed = await until("the change", async () => {
    const found = await known(world);
    return found.timetable === JSON.stringify({ everyMs: hourMs / 2 }) && found;
  });
  expect(changed.slot).toBeGreaterThanOrEqual(before - 1_000);
  expect(await readSlots(world.queue)).toEqual([]);
});

test("removes what no worker has named for a minute, and not what one still names", async () => {
  const world = openWorld();
  const old = keepSchedule(world.name, { schedule: everyHour });
  await known(world);
  const { log, lines } = collectLog();
  keepSchedule(world.name, { task: "other", schedule: everyHour, log });
  await known(world, "other");
  expect((await known(world)).task).toBe("report");
  old.kill();
  await forgetNaming(world);
  await until("it to be gone", async () => {
    const keys = (await readSchedules(world.queue, world.redis)).map(({ key }) => key);
    return keys.join() === "other";
  });
  expect(await world.redis.exists(scheduleKey(world.queue, "report"))).toBe(0);
  await until("its line", () => lines().some(({ removed }) => String(removed) === "report"));
});

test("of two releases that run side by side, the younger one's timetable holds until it is gone", async () => {
  const world = openWorld();
  const isOf = async (everyMs: number) =>
    (await known(world)).timetable === JSON.stringify({ everyMs });
  const old = keepSchedule(world.name, { schedule: { everyMs: 2 * hourMs } });
  await known(world);
  const young = keepSchedule(world.name, { schedule: everySecond });
  await until("the younger one's", () => isOf(1_000));
  await until("three slots", async () => (await readSlots(world.queue)).length >= 3);
  expect(await isOf(1_000)).toBe(true);
  young.kill();
  await forgetNaming(world);
  await until("the older one's", () => isOf(2 * hourMs));
  old.kill();
});

test("is back, with nothing run twice, within a minute after Redis has lost all", async () => {
  const { url } = await ownRedis();
  const world = openWorld(url);
  for (let i = 0; i < 3; i += 1) {
    keepSchedule(world.name, { redisUrl: url, schedule: everySecond });
  }
  await until("a slot", async () => (await readSlots(world.queue)).length >= 1);
  const before = await readSlots(world.queue);
  await world.redis.flushall();
  const after = await until("three more slots", async () => {
    const found = await readSlots(world.queue);
    return found.length >= 3 && found;
  });
  // One too many may run: the slot that was open.
  expect(after.filter((slot) => before.includes(slot)).length).toBeLessThanOrEqual(1);
  expect(new Set(after).size).toBe(after.length);
});

test("runs no slot in a pause, and none of them after it", async () => {
  const world = openWorld();
  keepSchedule(world.name, { schedule: everySecond });
  await until("a slot", async () => (await readSlots(world.queue)).length >= 1);
  expect(await pauseSchedule(world.queue, world.redis, "report")).toBe(true);
  const paused = await readSlots(world.queue);
  expect((await known(world)).pausedSince).toBeGreaterThan(paused.at(-1) ?? 0);
  // As long ago as several slots.
  await setBack(world, 10_000);
  const resumedAt = Date.now();
  expect(await resumeSchedule(world.queue, world.redis, "report")).toBe(true);
  const slots = await until("another slot", async () => {
    const found = await readSlots(world.queue);
    return found.length > paused.length && found;
  });
  expect(slots.slice(0, paused.length)).toEqual(paused);
  expect(slots[paused.length]).toBeGreaterThanOrEqual(resumedAt - 1_000);
});

test("a pause of no schedule changes nothing", async () => {
  const { queue, redis } = openWorld();
  expect(await pauseSchedule(queue, redis, "nothing")).toBe(false);
  expect(await resumeSchedule(queue, redis, "nothing")).toBe(false);
  expect(await redis.exists(scheduleKey(queue, "nothing"))).toBe(0);
});

test("runs the next slot although the job of the one before was removed", async () => {
  const world = openWorld();
  keepSchedule(world.name, { schedule: everySecond });
  const jobs = await until("a job", async () => {
    const found = await readScheduled(world.queue);
    return found.length > 0 && found;
  });
  const [first] = await readSlots(world.queue);
  for (const job of jobs) await job.remove();
  const next = await until("the next", async () => (await readSlots(world.queue))[0]);
  expect(next).toBeGreaterThan(first ?? Infinity);
});

test("of one unfinished job per key, it is the run of all slots until it ends", async () => {
  const world = openWorld();
  const { log, lines } = collectLog();
  const fields = { unique: () => "only" };
  const { registry } = keepSchedule(world.name, { schedule: everySecond, fields, log });
  const job = await until("a job", async () => (await readScheduled(world.queue))[0]);
  await until("three more slots", async () =>
    /source="schedule",outcome="deduplicated"\} [3-9]/.test(await registry.metrics()),
  );
  expect((await readScheduled(world.queue)).map(({ id }) => id)).toEqual([job.id]);
  expect(await registry.metrics()).toMatch(/source="schedule",outcome="added"\} 1\n/);
  const told = lines().filter(({ msg }) => msg === "job known to its schedule");
  expect(told.map(({ job_id: id }) => id)).toEqual(told.map(() => job.id));
  expect(told.length).toBeGreaterThanOrEqual(3);
});

test("workers that come second to a slot trace nothing", async () => {
  const world = openWorld();
  const keepers = [1, 2, 3, 4].map(() => keepSchedule(world.name, { schedule: everySecond }));
  await until("four slots", async () => (await readSlots(world.queue)).length >= 4);
  const sent = keepers.flatMap(({ spans }) =>
    spans.getFinishedSpans().map(({ attributes }) => attributes["messaging.message.id"]),
  );
  const ids = (await readScheduled(world.queue)).map(({ id }) => id);
  expect(sent.filter((id) => !ids.includes(String(id)))).toEqual([]);
  expect(sent.length).toBeGreaterThanOrEqual(3);
});

test("a schedule whose task fails it holds up no other, and is told once for each cause", async () => {
  const world = openWorld();
  const schedule = {
    broken: { ...everySecond, input: { days: 2 } },
    sound: everySecond,
  };
  let cause = "first";
  const unique = ({ days }: { days: number }) => {
    if (days === 2) throw new Error(cause);
  };
  const { log, lines } = collectLog();
  keepSchedule(world.name, { schedule, fields: { unique }, log });
  const untilRuns = (more: number) =>
    until("further slots", async () => (await readSlots(world.queue)).length >= more);
  await untilRuns(3);
  cause = "second";
  await untilRuns(6);
  const told = lines().filter(({ level }) => level === "error");
  expect(told).toMatchObject(
    ["first", "second"].map((message) => ({
      msg: "cannot keep a schedule",
      schedule: "report.broken",
      err: { message },
    })),
  );
  const keys = (await readScheduled(world.queue)).map(({ opts }) => readJobSchedule(opts)?.key);
  expect(new Set(keys)).toEqual(new Set(["report.sound"]));
});

test("a full queue gets nothing, and the last minute's slots once it has room", async () => {
  const world = openWorld();
  let shortage: string | undefined = "depth";
  const { log, lines } = collectLog();
  keepSchedule(world.name, { schedule: everySecond, shortage: () => shortage, log });
  const { slot } = await known(world);
  await until("its line", () =>
    lines().some(({ msg }) => msg === "cannot keep the queue's schedules"),
  );
  expect(await readSlots(world.queue)).toEqual([]);
  shortage = undefined;
  const [first = 0] = await until("a slot", async () => {
    const found = await readSlots(world.queue);
    return found.length > 0 && found;
  });
  expect(first - slot).toBeLessThanOrEqual(1_000);
});
