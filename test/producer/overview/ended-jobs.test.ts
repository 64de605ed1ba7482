import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { z } from "zod";
import { readEndedJobs } from "../../../src/producer/overview/ended-jobs.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { defineTask } from "../../../src/task/task.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

test("counts what ended by its second, with the times of the jobs themselves", async () => {
  const { url, queue, name } = await startProducer();
  await startWorker(name);
  const inputs = [
    { x: 4, y: 2, delayMs: 50 },
    { x: 1, y: 0 },
    { x: 1e300, y: 1e-300 },
  ];
  for (const input of inputs) await untilFinal(url, (await submitDivision(url, input)).id);

  const seconds = await readEndedJobs(queue, openClient(), ...aroundNow());
  const ended = [...seconds.values()].filter((second) => second !== undefined);
  const sample = ended.flatMap((second) => second.sample);
  expect([total(ended, "succeeded"), total(ended, "failed"), sample.length]).toEqual([1, 2, 3]);
  expect(sample.map(({ failureClass }) => failureClass ?? "none").toSorted()).toEqual([
    "division_by_zero",
    "none",
    "overflow",
  ]);
  const success = sample.find(({ failureClass }) => failureClass === undefined);
  expect(success?.endToEndSeconds).toBeGreaterThanOrEqual(0.05);
  expect(success?.waitSeconds).toBeLessThan(success?.endToEndSeconds ?? 0);
  expect([...seconds.keys()].filter((second) => second % 1_000 !== 0)).toEqual([]);
});

test("tells neither a wait nor a failure of a job that succeeded at the second attempt", async () => {
  let attempts = 0;
  const flaky = defineTask({
    title: "Flaky",
    description: "Fails once.",
    input: z.strictObject({}),
    timeLimitMs: 1_000,
    async run() {
      if ((attempts += 1) === 1) throw new Error("not yet");
    },
  });
  const tasks = new Map([["flaky", flaky]]);
  const { url, queue, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const response = await postJson(`${url}/api/v1/jobs`, { task: "flaky", input: {} });
  await untilFinal(url, (await readBody(response)).id);

  const seconds = await readEndedJobs(queue, openClient(), ...aroundNow());
  expect([...seconds.values()]).toEqual([
    {
      succeeded: 1,
      failed: 0,
      sample: [
        {
          weight: 1,
          waitSeconds: undefined,
          endToEndSeconds: expect.any(Number),
          failureClass: undefined,
        },
      ],
    },
  ]);
});

test("counts every job of a busy second, but looks at a bounded number", async () => {
  const { queue } = await startProducer();
  const redis = openClient();
  const [from, until] = aroundNow();
  await addEnded(queue, redis, from + 2_000, 1_000);

  const seconds = await readEndedJobs(queue, redis, from, until);
  const [ended] = [...seconds.values()];
  expect([seconds.size, ended?.succeeded, ended?.sample.length]).toEqual([1, 1_000, 100]);
  expect(ended?.sample.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1_000);
});

test("tells of every second, however many jobs have ended, while none was removed", async () => {
  const { queue } = await startProducer();
  const redis = openClient();
  const [from, until] = aroundNow();
  await addEnded(queue, redis, from + 2_000, 1);
  await addEnded(queue, redis, from + 4_000, 10_001);

  const seconds = await readEndedJobs(queue, redis, from, until);
  expect([...seconds].map(([second, ended]) => [second - from, ended?.succeeded])).toEqual([
    [2_000, 1],
    [4_000, 10_001],
  ]);
});

test("counts the others, and each job, where a record is no hash", async () => {
  const { queue } = await startProducer();
  const redis = openClient();
  const [from, until] = aroundNow();
  await addEnded(queue, redis, from + 2_000, 3);
  await addEnded(queue, redis, from + 4_000, 1);
  for (const id of [`job-${from + 2_000}-0`, `job-${from + 4_000}-0`]) {
    await redis.del(queue.toKey(id));
    await redis.set(queue.toKey(id), "text");
  }

  const seconds = await readEndedJobs(queue, redis, from, until);
  const found = [...seconds].map(([second, ended]) => [
    second - from,
    ended?.succeeded,
    ended?.sample.map(({ weight }) => weight),
  ]);
  expect(found).toEqual([
    [2_000, 3, [1.5, 1.5]],
    [4_000, 1, []],
  ]);
});

test("fails when Redis refuses one of the reads", async () => {
  const { queue } = await startProducer();
  const redis = openClient();
  await redis.set(queue.toKey("completed"), "no sorted set");
  await expect(readEndedJobs(queue, redis, ...aroundNow())).rejects.toThrow("WRONGTYPE");
});

/** Ten seconds, whole ones, in the middle of which it is now. */
function aroundNow(): [number, number] {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  return [now - 5_000, now + 5_000];
}

function total(seconds: { succeeded: number; failed: number }[], outcome: "succeeded" | "failed") {
  return seconds.reduce((sum, second) => sum + second[outcome], 0);
}

function openClient() {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Jobs that succeeded all at once, as BullMQ keeps them. */
async function addEnded(queue: Queue, redis: Redis, second: number, jobs: number) {
  const pipeline = redis.pipeline();
  for (let i = 0; i < jobs; i += 1) {
    const id = `job-${second}-${i}`;
    const times = { timestamp: second - 300, processedOn: second - 200, finishedOn: second };
    pipeline.zadd(queue.toKey("completed"), second, id);
    pipeline.hset(queue.toKey(id), { ...times, ats: 1, opts: "{}" });
  }
  await pipeline.exec();
}
