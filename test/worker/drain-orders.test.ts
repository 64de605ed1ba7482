import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { orderDrain, orderRelease } from "../../src/queue/worker-orders.ts";
import { type KnownWorker, readWorkers } from "../../src/queue/workers.ts";
import { spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const quick = { x: 1, y: 1, delayMs: 0 };
/** Longer than it takes a worker to hear of an order. */
const long = { x: 1, y: 1, delayMs: 20_000 };

async function openHome(name = `test-${randomUUID()}`) {
  const server = await ownRedis();
  const redis = new Redis(server.url);
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const home = createQueue(redis, name);
  const untilState = (state: KnownWorker["state"], id?: string) =>
    until(`a worker to be ${state}`, async () =>
      (await readWorkers(home, redis)).find(
        (worker) => worker.state === state && (id === undefined || worker.id === id),
      ),
    );
  const add = async (data: object) => {
    const { id = "" } = await home.add("quotient", data, { jobId: createRandomId() });
    return id;
  };
  const untilEnded = (id: string) =>
    until("the job to end", async () => {
      const job = await home.getJob(id);
      return job?.finishedOn !== undefined && job;
    });
  return {
    server,
    redis,
    name,
    home,
    untilState,
    add,
    untilEnded,
    drain: (id: string) => orderDrain(home, redis, { id, by: "admin" }),
    release: (id: string) => orderRelease(home, redis, id),
  };
}

test("a worker that is drained ends what it runs, starts nothing, and another one takes over", async () => {
  const { server, name, untilState, add, untilEnded, drain, release } = await openHome();
  await startWorker(name, { redisUrl: server.url });
  const running = await add(long);
  const { id } = await untilState("working");
  expect(await drain(id)).toBe(true);
  const { report } = await until("it to hear of that", async () => {
    const worker = await untilState("draining", id);
    return worker.report?.phase === "held" && worker;
  });
  expect(report?.queues).toMatchObject([{ running: 1, jobs: [{ id: running }] }]);
  const waiting = await add(quick);
  const ended = await untilEnded(running);
  expect([ended.processedBy, ended.returnvalue]).toEqual([id, { value: 1 }]);
  await untilState("drained", id);
  await startWorker(name, { redisUrl: server.url });
  const taken = await untilEnded(waiting);
  expect(taken.processedBy).not.toBe(id);
  expect(taken.attemptsMade).toBe(1);
  await release(id);
  await untilState("idle", id);
  // Whichever is asked first has one.
  const jobs = await Promise.all(Array.from({ length: 30 }, () => add({ ...quick, delayMs: 500 })));
  const by = await Promise.all(jobs.map(async (job) => (await untilEnded(job)).processedBy));
  expect(by).toContain(id);
});

test("a job that a worker was about to take when it was drained goes back, and costs it no attempt", async () => {
  const { server, redis, name, home, untilState, add, untilEnded, drain, release } =
    await openHome();
  const { worker, registry } = await startWorker(name, { redisUrl: server.url });
  const { id } = await untilState("idle");
  await until("it to wait for jobs", () => worker.isRunning());
  const held = Promise.withResolvers<void>();
  worker.on("paused", held.resolve);
  await drain(id);
  await held.promise;
  // It waits in Redis for up to five seconds more.
  const job = await add(quick);
  const taken = Promise.withResolvers<void>();
  worker.on("active", () => taken.resolve());
  await taken.promise;
  await untilState("drained", id);
  await until(
    "it to be quiet",
    async () => (await home.getActiveCount()) === 0 && !worker.isRunning(),
  );
  const waiting = await home.getJob(job);
  expect([waiting?.finishedOn, waiting?.attemptsMade]).toEqual([undefined, 0]);
  expect(await home.getWaitingCount()).toBeGreaterThan(0);
  await release(id);
  const ended = await untilEnded(job);
  expect([ended.attemptsMade, ended.returnvalue]).toEqual([1, { value: 1 }]);
  // As if it had never been there.
  expect(ended.attemptsStarted).toBe(1);
  expect(await redis.hkeys(home.toKey(job))).not.toContain("attempt:1");
  const waits = `taskqueue_job_wait_duration_seconds_count{queue="${name}",task="quotient"} 1`;
  expect(await registry.metrics()).toContain(waits);
});

test("a drained worker stays so through a restart of Redis, and through what Redis refuses", async () => {
  const { server, redis, name, untilState, add, untilEnded, drain, release } = await openHome();
  const onWedged = vi.fn<() => void>();
  const config = { deadmanMs: 1_500 };
  const { worker } = await startWorker(name, { redisUrl: server.url, config, onWedged });
  const { id } = await untilState("idle");
  await drain(id);
  await untilState("drained", id);
  // A job that Redis hands out as it dies would stall first.
  await until("it to wait for no job any more", () => !worker.isRunning());
  const job = await add(quick);
  await server.signal("SIGKILL");
  await server.start();
  const seen = await until("a word after that", async () => {
    const known = await untilState("drained", id);
    return worker.isPaused() && known;
  });
  // What holds a worker for a second lets go of it, and the order does not.
  worker.emit("error", new Error("OOM command not allowed"));
  await until("a word after that second", async () => {
    const { seenAt } = await untilState("drained", id);
    return seenAt > seen.seenAt + 3_000;
  });
  expect(worker.isPaused()).toBe(true);
  expect((await redis.hgetall(`{tripod:${name}}:${name}:${job}`))["finishedOn"]).toBeUndefined();
  expect(onWedged).not.toHaveBeenCalled();
  await release(id);
  await untilEnded(job);
});

test("a drained worker's slots count for nothing but what they still run, and it is ready", async () => {
  const { server, untilState, add, untilEnded, drain } = await openHome("default");
  const { metricsUrl } = await spawnWorker(server.url);
  const untilSlots = (usable: number, drained: number) =>
    until(`${usable} slots, and ${drained} drained`, async () => {
      const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
      return (
        scrape.includes(`taskqueue_worker_concurrency{queue="default"} ${usable}\n`) &&
        scrape.includes(`taskqueue_worker_drained_slots{queue="default"} ${drained}\n`)
      );
    });
  const job = await add(long);
  const { id } = await untilState("working");
  await untilSlots(10, 0);
  await drain(id);
  await untilSlots(1, 9);
  await untilEnded(job);
  await untilSlots(0, 10);
  expect((await fetch(`${metricsUrl}/readyz`)).status).toBe(200);
});
