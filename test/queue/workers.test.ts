import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import {
  forgottenAfterSeconds,
  maxReportedJobs,
  maxWorkers,
  vanishedAfterSeconds,
} from "../../src/contract/workers.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { removeWorker, reportWorker } from "../../src/queue/worker-index.ts";
import { workerKey, workersKey } from "../../src/queue/worker-keys.ts";
import type { WorkerReport } from "../../src/queue/worker-report.ts";
import { readWorkers } from "../../src/queue/workers.ts";
import { asService, ownRedis } from "../support/redis.ts";
import { busyQueue as busy, idleQueue as idle, reportOf } from "../support/reported-workers.ts";

function connect(url: string): Redis {
  const redis = new Redis(url, { disableClientInfo: true });
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** A world of its own, in which services have the rights of a deployment's. */
function openHome(redisUrl = inject("redisUrl")) {
  const name = `test-${randomUUID()}`;
  const redis = connect(redisUrl);
  const worker = connect(asService("worker", redisUrl));
  const producer = connect(asService("producer", redisUrl));
  const home = createQueue(redis, name);
  return {
    home,
    redis,
    report: (id: string, changes: Partial<WorkerReport> = {}) =>
      reportWorker(home, worker, { id, report: reportOf(changes) }),
    remove: (id: string) => removeWorker(home, worker, id),
    read: () => readWorkers(home, producer),
    /** Has Redis' clock be ahead of this worker's last report by so much. */
    silence: async (id: string, seconds: number) => {
      const seen = Number(await redis.zscore(workersKey(home), id));
      await redis.zadd(workersKey(home), seen - seconds * 1_000, id);
    },
  };
}

test("what a worker reports is what is read of it", async () => {
  const { report, read } = openHome();
  await report("a", { queues: [busy, { ...idle, name: "slow", slots: 2 }], upMs: 1_234.5 });
  const [worker, ...others] = await read();
  expect(others).toEqual([]);
  expect(worker).toMatchObject({ id: "a", state: "working", order: undefined });
  expect(worker?.report).toEqual(
    reportOf({ queues: [busy, { ...idle, name: "slow", slots: 2 }], upMs: 1_235 }),
  );
  expect(Math.abs(Date.now() - (worker?.seenAt ?? 0))).toBeLessThan(60_000);
});

test("a worker that runs nothing is idle, and one that is about to exit is stopping", async () => {
  const { report, read } = openHome();
  await report("a");
  await report("b", { phase: "stopping", queues: [busy] });
  const states = new Map((await read()).map(({ id, state }) => [id, state]));
  expect([states.get("a"), states.get("b")]).toEqual(["idle", "stopping"]);
});

test("a worker that has not reported for a while has vanished, with what it ran, until it reports", async () => {
  const { report, read, silence } = openHome();
  await report("a", { queues: [busy] });
  await silence("a", vanishedAfterSeconds);
  const [vanished] = await read();
  expect(vanished).toMatchObject({ state: "vanished", report: { queues: [busy] } });
  expect(vanished?.silentMs).toBeGreaterThanOrEqual(vanishedAfterSeconds * 1_000);
  await report("a");
  expect(await read()).toMatchObject([{ id: "a", state: "idle" }]);
});

test("a worker that has long been silent is forgotten once another one reports", async () => {
  const { report, read, silence, redis, home } = openHome();
  await report("a");
  await report("b");
  await silence("a", forgottenAfterSeconds + 60);
  expect((await read()).map(({ id }) => id)).toEqual(["b"]);
  await report("b");
  expect(await redis.zrange(workersKey(home), 0, "-1")).toEqual(["b"]);
  expect(await redis.exists(workerKey(home, "a"))).toBe(0);
});

test("where all workers are gone, Redis forgets them by itself", async () => {
  const { report, redis, home } = openHome();
  await report("a");
  const left = await Promise.all(
    [workersKey(home), workerKey(home, "a")].map((key) => redis.pttl(key)),
  );
  for (const ms of left) {
    expect(ms).toBeGreaterThan((forgottenAfterSeconds - 100) * 1_000);
    expect(ms).toBeLessThanOrEqual(forgottenAfterSeconds * 1_000);
  }
});

test("a worker that stops as it should is forgotten at once", async () => {
  const { report, read, remove, redis, home } = openHome();
  await report("a");
  await report("b");
  await remove("a");
  expect((await read()).map(({ id }) => id)).toEqual(["b"]);
  expect(await redis.exists(workerKey(home, "a"))).toBe(0);
});

test("of 10,000 workers those are remembered that have reported last", async () => {
  const { report, read, redis, home } = openHome();
  const ids = Array.from({ length: 10_000 }, (_, i) => `worker-${i}`);
  // Of those that are remembered, each is as large as can be.
  const jobs = Array.from({ length: maxReportedJobs }, () => busy.jobs).flat();
  const full = { queues: [{ ...busy, running: 100, jobs }] };
  const large = ids.length - maxWorkers;
  await Promise.all(ids.map((id, i) => report(id, i < large ? {} : full)));
  await report("latest");
  expect(await redis.zcard(workersKey(home))).toBe(maxWorkers);
  expect(await redis.keys(`${workerKey(home, "")}*`)).toHaveLength(maxWorkers);
  const read1000 = await read();
  expect(read1000).toHaveLength(maxWorkers);
  expect(read1000.map(({ id }) => id)).toContain("latest");
  expect(read1000.filter(({ report: one }) => one === undefined)).toEqual([]);
});

test("a worker that is seen ahead of a clock which was set back is forgotten in its time, too", async () => {
  const { report, read, silence, redis, home } = openHome();
  await report("a");
  await silence("a", -86_400);
  expect(await read()).toMatchObject([{ id: "a", state: "idle", silentMs: 0 }]);
  await report("b");
  const seen = Number(await redis.zscore(workersKey(home), "a"));
  expect(seen).toBeLessThan(Date.now() + 60_000);
});

type Damage = (redis: Redis, key: string) => Promise<unknown>;

test.each<[string, Damage]>([
  ["is no JSON", (redis, key) => redis.hset(key, "report", "{")],
  ["is of another form", (redis, key) => redis.hset(key, "report", '{"host":1}')],
  [
    "names jobs without end",
    (redis, key) =>
      redis.hset(
        key,
        "report",
        JSON.stringify(
          reportOf({ queues: [{ ...busy, jobs: Array(200).fill(busy.jobs[0]) as never }] }),
        ),
      ),
  ],
  ["is huge", (redis, key) => redis.hset(key, "report", `"${"x".repeat(1_000_000)}"`)],
  ["is gone", (redis, key) => redis.hdel(key, "report")],
  ["is no hash", (redis, key) => redis.set(key, "text")],
])(
  "where a worker's record %s, it and all others are told nonetheless, until it reports",
  async (_, damage) => {
    const { report, read, redis, home } = openHome();
    await report("a");
    await report("b", { queues: [busy] });
    await damage(redis, workerKey(home, "a"));
    const byId = new Map((await read()).map((worker) => [worker.id, worker]));
    expect(byId.get("a")).toMatchObject({ state: "idle", report: undefined });
    expect(byId.get("b")).toMatchObject({ state: "working" });
    await report("a");
    expect((await read()).find(({ id }) => id === "a")?.report).toEqual(reportOf());
  },
);

test("what is no index of workers is as if there were none, until one reports", async () => {
  const { report, read, redis, home } = openHome();
  await redis.set(workersKey(home), "text");
  expect(await read()).toEqual([]);
  await report("a");
  expect((await read()).map(({ id }) => id)).toEqual(["a"]);
});

test("while Redis is full, workers are still heard of, and those that stop are forgotten", async () => {
  const { url } = await ownRedis();
  const { home, redis, report, remove, read } = openHome(url);
  await report("a", { queues: [busy] });
  await report("b");
  await redis.config("SET", "maxmemory", "1mb");
  await expect(redis.set(home.toKey("full"), "text")).rejects.toThrow("OOM");
  await report("a");
  await remove("b");
  expect(await read()).toMatchObject([{ id: "a", state: "idle" }]);
  expect(await redis.exists(workerKey(home, "b"))).toBe(0);
});
