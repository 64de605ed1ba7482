import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { heartbeatName, scheduleHeartbeat } from "../../src/queue/heartbeat.ts";
import { keepStandingOrders } from "../../src/worker/standing-orders.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

async function heartbeatIn(metricsUrl: string): Promise<number | undefined> {
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const seconds = /^taskqueue_heartbeat_last_processed_timestamp_seconds\{.*\} (.+)$/m.exec(scrape);
  return seconds === null ? undefined : Number(seconds[1]);
}

test("shows that an idle queue works, and leaves no job and no count behind", async () => {
  const { queue, name, url, metricsUrl } = await startProducer();
  expect(await heartbeatIn(metricsUrl)).toBeUndefined();

  const before = Date.now() / 1_000;
  const { registry } = await startWorker(name);
  const beat = await until("the heartbeat", () => heartbeatIn(metricsUrl));
  expect(beat).toBeGreaterThanOrEqual(before - 0.001);
  expect(beat).toBeLessThanOrEqual(Date.now() / 1_000);

  const settled = { completed: 0, waiting: 0, delayed: 1 };
  await until("the heartbeat to be settled", async () => {
    const counts = await queue.getJobCounts("completed", "waiting", "delayed");
    return JSON.stringify(counts) === JSON.stringify(settled);
  });
  expect(await registry.metrics()).not.toMatch(/^taskqueue_jobs_finished_total\{.*\} [^0]/m);
  expect(await (await fetch(url)).text()).not.toContain("_heartbeat");
});

/** Looks after the heartbeat as a worker does, only so often; returns its connection. */
async function keepEvery(lookEveryMs: number, queue: Queue): Promise<Redis> {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  await until("a connection", () => redis.status === "ready");
  const log = pino({ level: "silent" });
  const { stop } = keepStandingOrders({ queue, spec: {}, redis, log, lookEveryMs });
  onTestFinished(stop);
  onTestFinished(() => redis.disconnect());
  await until("the heartbeat's schedule", () => queue.getJobScheduler(heartbeatName));
  return redis;
}

test("schedules the heartbeat again after somebody has removed its schedule", async () => {
  const { queue } = await startProducer();
  await keepEvery(50, queue);
  expect(await queue.removeJobScheduler(heartbeatName)).toBe(true);
  await until("the schedule to be back", () => queue.getJobScheduler(heartbeatName));
});

test("schedules the heartbeat again as soon as it is connected to a Redis that has lost it", async () => {
  const { queue } = await startProducer();
  const redis = await keepEvery(600_000, queue);
  expect(await queue.removeJobScheduler(heartbeatName)).toBe(true);
  redis.disconnect(true);
  await until("the schedule to be back", () => queue.getJobScheduler(heartbeatName));
});

test("schedules the heartbeat again after somebody has removed its job", async () => {
  const { queue } = await startProducer();
  await keepEvery(50, queue);
  const jobs = () => queue.getJobCountByTypes("delayed", "waiting");
  await until("a heartbeat", async () => (await jobs()) === 1);
  const [beat] = await queue.getJobs(["delayed", "waiting"]);
  const client = await queue.getBackend().client;
  await client.del(queue.toKey(beat?.id ?? ""));
  const next = async () => {
    const scheduler = await queue.getJobScheduler(heartbeatName);
    return queue.getJob(`repeat:${heartbeatName}:${scheduler?.next}`);
  };
  const again = await until("another heartbeat", next);
  expect(again.name).toBe(heartbeatName);
});

test.each([
  ["a year", { every: 31_536_000_000 }],
  ["a pattern", { pattern: "0 0 1 1 *" }],
  ["a limit", { every: 30_000, limit: 1 }],
  ["an end", { every: 30_000, endDate: 2_000_000_000_000 }],
])("schedules the heartbeat as before after somebody has given it %s", async (_, repeat) => {
  const { queue } = await startProducer();
  await keepEvery(50, queue);
  const { every } = (await queue.getJobScheduler(heartbeatName)) ?? {};
  await queue.upsertJobScheduler(heartbeatName, repeat, { name: heartbeatName });
  const again = await until("the schedule as it was", async () => {
    const scheduler = await queue.getJobScheduler(heartbeatName);
    const { limit, endDate, pattern } = scheduler ?? {};
    const isPlain = [limit, endDate, pattern].every((option) => option === undefined);
    return isPlain && scheduler?.every === every && scheduler;
  });
  expect(again.next).toBeLessThan(Date.now() + 60_000);
});

test("leaves a heartbeat in its place that waits behind other jobs", async () => {
  const { queue } = await startProducer();
  await scheduleHeartbeat(queue);
  const waiting = () => queue.getWaiting();
  const beat = await until("a heartbeat that waits", async () => (await waiting())[0]);
  const job = await queue.add("quotient", { x: 1, y: 1, delayMs: 0 });
  await scheduleHeartbeat(queue);
  expect((await waiting()).map(({ id }) => id)).toEqual([beat.id, job.id]);
});
