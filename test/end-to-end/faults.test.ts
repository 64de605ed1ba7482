import { expect, test } from "vitest";
import { postJson, readJob, submitDivision, untilFinal } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const division = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };

/** Finds the jobs of a worker that vanished within 2 s instead of 30 s. */
const quickRecovery = { WORKER_LOCK_MS: "2000", WORKER_STALLED_CHECK_MS: "500" };

async function submitMany(url: string, count: number, delayMs: number): Promise<string[]> {
  const inputs = Array.from({ length: count }, (_, index) => ({ x: index, y: 1, delayMs }));
  const jobs = await Promise.all(inputs.map((input) => submitDivision(url, input)));
  return jobs.map(({ id }) => id);
}

/** Each job's result, in the order of submission. */
async function results(url: string, ids: readonly string[], ms: number): Promise<unknown[]> {
  const ends = await Promise.all(ids.map((id) => untilFinal(url, id, ms)));
  return ends.map(({ result }) => result);
}

test("loses no job when workers are killed while they run them", { timeout: 60_000 }, async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const ids = await submitMany(producer.url, 200, 100);
  for (let kill = 0; kill < 3; kill += 1) {
    const worker = await spawnWorker(redis.url, quickRecovery);
    await until("jobs to run", async () => {
      const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
      return /taskqueue_worker_active_jobs\{queue="tasks"\} 10/.test(scrape);
    });
    await worker.stop("SIGKILL");
  }
  await spawnWorker(redis.url, quickRecovery);
  expect(await results(producer.url, ids, 40_000)).toEqual(ids.map((_, index) => index));
});

test("starts in any order: the producer and the worker wait for Redis", async () => {
  const redis = await ownRedis();
  await redis.signal("SIGKILL");
  const producer = await spawnProducer(redis.url);
  await spawnWorker(redis.url);
  expect((await postJson(`${producer.url}/api/v1/tasks`, division)).status).toBe(503);
  await redis.start();
  const { id } = await until("a 202", () => submitDivision(producer.url, { x: 9, y: 3 }), 5_000);
  expect(await untilFinal(producer.url, id)).toMatchObject({ status: "succeeded", result: 3 });
});

test("hands jobs back on SIGTERM after the drain time, at no cost of an attempt", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const worker = await spawnWorker(redis.url, { WORKER_DRAIN_MS: "600" });
  const [quick] = await submitMany(producer.url, 1, 500);
  const [slow] = await submitMany(producer.url, 1, 30_000);
  if (quick === undefined || slow === undefined) throw new Error("two jobs were submitted");
  await until("both to run", async () =>
    (await Promise.all([quick, slow].map((id) => readJob(producer.url, id)))).every(
      ({ status }) => status === "working",
    ),
  );
  expect(await worker.stop("SIGTERM")).toBe(0);
  expect(await readJob(producer.url, quick)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await readJob(producer.url, slow)).toMatchObject({
    status: "waiting",
    attempts: 0,
    waiting: { ahead: 0 },
  });
});

test("stops in time although Redis is down", { timeout: 20_000 }, async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const worker = await spawnWorker(redis.url, { WORKER_DRAIN_MS: "1000" });
  await until("readiness", async () => (await fetch(`${worker.metricsUrl}/readyz`)).ok);
  await redis.signal("SIGKILL");
  await until(
    "the outage to be seen",
    async () => !(await fetch(`${worker.metricsUrl}/readyz`)).ok,
  );
  expect(await Promise.all([producer.stop("SIGTERM"), worker.stop("SIGTERM")])).toEqual([0, 0]);
});
