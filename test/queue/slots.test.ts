import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { holdSchedules } from "../../src/queue/held-schedules.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { scheduleKey } from "../../src/queue/schedule-keys.ts";
import { pauseSchedule, readSchedules } from "../../src/queue/schedules.ts";
import { passSlots, runSlot, type SlotJob } from "../../src/queue/slots.ts";

const timetable = JSON.stringify({ everyMs: 1_000 });

/** A queue with a schedule, whose slots are dealt with up to 10 s ago; and that slot's successor. */
async function openSchedule() {
  const redis = new Redis(inject("redisUrl"));
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  await holdSchedules(queue, redis, {
    named: [{ key: "k", task: "t", timetable }],
    sinceMs: Date.now(),
  });
  const slotMs = Date.now() - 9_000;
  await redis.hset(scheduleKey(queue, "k"), "slot", slotMs - 1_000);
  const schedule = async () => (await readSchedules(queue, redis))[0];
  return { redis, queue, schedule, slot: { key: "k", timetable, slotMs } };
}

function newJob(options: SlotJob["options"] = {}): SlotJob {
  return { id: createRandomId(), task: "t", input: { days: 1 }, options };
}

test("a slot gets one job, of whichever of two that come", async () => {
  const { queue, schedule, slot } = await openSchedule();
  const jobs = [newJob(), newJob()] as const;
  expect(await Promise.all(jobs.map((job) => runSlot(queue, slot, job)))).toEqual([
    jobs[0].id,
    undefined,
  ]);
  expect((await queue.getWaiting()).map(({ id, data }) => [id, data])).toEqual([
    [jobs[0].id, { days: 1 }],
  ]);
  expect(await queue.getJob(jobs[1].id)).toBeUndefined();
  expect(await schedule()).toMatchObject({
    slot: slot.slotMs,
    lastRun: { slot: slot.slotMs, jobId: jobs[0].id },
  });
});

test("a slot gets no second job when nothing is kept of the first", async () => {
  const { queue, slot } = await openSchedule();
  const first = newJob();
  await runSlot(queue, slot, first);
  await (await queue.getJob(first.id))?.remove();
  expect(await runSlot(queue, slot, newJob())).toBeUndefined();
  expect(await queue.getWaitingCount()).toBe(0);
});

test("a job that is sent twice, as after a connection broke, is there once and untouched", async () => {
  const { redis, queue, slot } = await openSchedule();
  const job = newJob();
  await runSlot(queue, slot, job);
  const before = await redis.hgetall(queue.toKey(job.id));
  expect(await runSlot(queue, slot, job)).toBe(job.id);
  expect(await redis.hgetall(queue.toKey(job.id))).toEqual(before);
  expect((await queue.getWaiting()).map(({ id }) => id)).toEqual([job.id]);
});

test.each([
  [
    "in a pause",
    async ({ queue, redis }: Awaited<ReturnType<typeof openSchedule>>) => {
      await pauseSchedule(queue, redis, "k");
    },
  ],
  [
    "of a timetable that holds no more",
    async ({ queue, redis }) => {
      await redis.hset(scheduleKey(queue, "k"), "timetable", "other");
    },
  ],
  [
    "of a schedule that was removed",
    async ({ queue, redis }) => {
      await redis.del(scheduleKey(queue, "k"));
    },
  ],
  [
    "of a schedule whose record is no hash",
    async ({ queue, redis, slot }) => {
      await redis.set(scheduleKey(queue, "k"), "x");
      expect(await passSlots(queue, redis, slot)).toBe(false);
    },
  ],
  [
    "that was passed",
    async ({ queue, redis, slot }) => {
      expect(await passSlots(queue, redis, slot)).toBe(true);
      expect(await passSlots(queue, redis, slot)).toBe(false);
    },
  ],
])("a slot %s gets no job, and leaves nothing", async (_, change) => {
  const world = await openSchedule();
  const { queue, redis, slot } = world;
  await change(world);
  const job = newJob();
  expect(await runSlot(queue, slot, job)).toBeUndefined();
  expect(await redis.exists(queue.toKey(job.id))).toBe(0);
  expect(await queue.getWaitingCount()).toBe(0);
});

test("of a job that is unique, the unfinished one is the slot's", async () => {
  const { queue, schedule, slot } = await openSchedule();
  const options = { deduplication: { id: "only" } };
  const first = newJob(options);
  await queue.add(first.task, first.input, { ...options, jobId: first.id });
  expect(await runSlot(queue, slot, newJob(options))).toBe(first.id);
  expect(await queue.getWaitingCount()).toBe(1);
  expect(await schedule()).toMatchObject({ lastRun: { jobId: first.id } });
});
