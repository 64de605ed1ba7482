import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const division = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };

/** Finds the jobs of a worker that vanished within 2 s instead of 30 s. */
const quickRecovery = { WORKER_LOCK_MS: "2000", WORKER_STALLED_CHECK_MS: "500" };

async function ownRedis(): Promise<TestRedis> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  return redis;
}

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

test(
  "loses no acknowledged job when Redis is killed and comes back",
  { timeout: 60_000 },
  async () => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    await spawnWorker(redis.url, quickRecovery);
    const acknowledged: string[] = [];
    const finished = new AbortController();
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let turn = 0; !finished.signal.aborted; turn += 1) {
        // A client's own retry: whatever a 503 meant, the same key makes one job.
        const key = { "idempotency-key": `${client}-${turn}` };
        const job = await until("a 202", async () => {
          const response = await postJson(`${producer.url}/api/v1/tasks`, division, key);
          return response.status === 202 && readBody(response);
        });
        acknowledged.push(job.id);
      }
    });
    for (let kill = 0; kill < 3; kill += 1) {
      const before = acknowledged.length;
      await until("some jobs", () => acknowledged.length >= before + 50);
      await redis.signal("SIGKILL");
      await sleep(300);
      await redis.start();
    }
    finished.abort();
    await Promise.all(clients);
    expect(acknowledged.length).toBeGreaterThan(150);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const ends = await results(producer.url, acknowledged, 30_000);
    expect(ends.filter((result) => result !== 5)).toEqual([]);
  },
);

test("answers 503 at once while Redis is down, and works again soon after", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  await submitDivision(producer.url, { x: 1, y: 1 });
  await redis.signal("SIGKILL");
  const durations: number[] = [];
  for (let index = 0; index < 15; index += 1) {
    const startedAt = performance.now();
    const response = await postJson(`${producer.url}/api/v1/tasks`, division);
    durations.push(performance.now() - startedAt);
    expect([
      response.status,
      response.headers.get("retry-after"),
      (await readBody(response)).kind,
    ]).toEqual([503, "1", "not_ready"]);
  }
  // Waiting for Redis in any way would cost 2 s; a busy machine delays some of the answers.
  expect(Math.min(...durations)).toBeLessThan(50);
  const readiness = await fetch(`${producer.url}/readyz`);
  expect([readiness.status, (await fetch(`${producer.url}/healthz`)).status]).toEqual([503, 200]);
  const page = await (await fetch(producer.url)).text();
  expect(page).toContain("The queue cannot be reached now.");

  await redis.start();
  const { id } = await until("a 202", () => submitDivision(producer.url, { x: 1, y: 1 }), 5_000);
  expect((await readJob(producer.url, id)).status).toBe("waiting");
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

test("admits that it does not know when Redis freezes, and a retry makes no second job", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  await submitDivision(producer.url, { x: 1, y: 1 });
  await redis.signal("SIGSTOP");
  const key = { "idempotency-key": "once" };
  const startedAt = performance.now();
  const frozen = await postJson(`${producer.url}/api/v1/tasks`, division, key);
  expect([frozen.status, (await readBody(frozen)).kind]).toEqual([503, "unknown"]);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await redis.signal("SIGCONT");
  await until("a 202", () => submitDivision(producer.url, { x: 10, y: 2 }, key), 5_000);
  await spawnWorker(redis.url);
  const scrape = await until("both jobs to end", async () => {
    const text = await (await fetch(`${producer.metricsUrl}/metrics`)).text();
    return /state="completed"\} \d/.test(text) && !/state="completed"\} [01]\n/.test(text) && text;
  });
  expect(scrape).toContain('state="completed"} 2\n');
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

test("says once for each connection, not at every retry, that Redis is not reachable", async () => {
  const redis = await ownRedis();
  const worker = await spawnWorker(redis.url);
  await until("both connections", async () => {
    const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    return scrape.match(/^taskqueue_redis_connection_up\{.*\} 1$/gm)?.length === 2;
  });
  await redis.signal("SIGKILL");
  const retries = await until("five attempts to reconnect", async () => {
    const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    const count = /taskqueue_redis_reconnects_total\{client="worker"\} (\d+)/.exec(scrape)?.[1];
    return Number(count) >= 5 && scrape;
  });
  for (const client of ["worker", "worker_blocking"]) {
    expect(retries).toContain(`taskqueue_redis_connection_up{client="${client}"} 0`);
  }
  expect(retries).not.toContain("taskqueue_queue_jobs{");
  const lines = worker.output().match(/.*redis is not reachable/g) ?? [];
  const clients = lines.map((line) => /"client":"(\w+)"/.exec(line)?.[1]);
  expect(clients.toSorted((a = "", b = "") => a.localeCompare(b))).toEqual([
    "worker",
    "worker_blocking",
  ]);
});
