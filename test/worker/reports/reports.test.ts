import { expect, inject, test } from "vitest";
import { z } from "zod";
import { readLog } from "../../../src/queue/job-log.ts";
import { readProgress } from "../../../src/queue/job-progress.ts";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";
import { nextEnd, startWorker, type WorkerOptions } from "../../support/worker.ts";

/** A producer, and a worker that has one task, called "telling". */
async function openQueue(run: Task["run"], options: WorkerOptions = {}) {
  const redisUrl = options.redisUrl ?? inject("redisUrl");
  const producer = await startProducer({ redisUrl });
  const input = z.looseObject({});
  const task = defineTask({
    title: "Tell",
    description: "Tells.",
    input,
    timeLimitMs: 20_000,
    run,
  });
  const tasks = new Map([["telling", task]]);
  const { worker } = await startWorker(producer.name, { ...options, tasks });
  const read = async (id: string | undefined) => {
    const job = await producer.queue.getJob(id ?? "");
    const log = await readLog(producer.queue, producer.redis, id ?? "");
    return { progress: readProgress(job?.progress), ...log };
  };
  return { ...producer, worker, read };
}

test("what a job tells is there once its end is, each line with its level and attempt", async () => {
  const { queue, worker, read } = await openQueue(async (_, job) => {
    job.progress(0.25, "a quarter");
    job.log.info(`begun ${job.attempt}`, { size: 3 });
    if (job.attempt === 1) throw new Error("not yet");
    job.log.warn("nearly");
    job.progress(0.75);
    job.log.error("odd\nthing");
    return 1;
  });
  const completed = nextEnd(worker, "completed");
  const { id } = await queue.add("telling", {}, { backoff: 1 });
  await completed;
  const { progress, logged, lines } = await read(id);
  expect(progress).toEqual({ fraction: 0.75, attempt: 2 });
  expect(logged).toBe(4);
  const at = expect.any(Number);
  expect(lines).toEqual([
    { number: 1, at, level: "info", attempt: 1, message: 'begun 1 {"size":3}' },
    { number: 2, at, level: "info", attempt: 2, message: 'begun 2 {"size":3}' },
    { number: 3, at, level: "warn", attempt: 2, message: "nearly" },
    { number: 4, at, level: "error", attempt: 2, message: "odd\nthing" },
  ]);
});

test("what a job tells is there while it runs", async () => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  const { queue, worker, read } = await openQueue(async (_, job) => {
    job.progress(0.5, "half");
    job.log.info("here");
    await goOn;
  });
  const completed = nextEnd(worker, "completed");
  const { id } = await queue.add("telling", {});
  await until("it to be told", async () => (await read(id)).logged === 1);
  expect((await read(id)).progress).toEqual({ fraction: 0.5, text: "half", attempt: 1 });
  resolve();
  await completed;
});

test("a job that tells without end keeps its last lines, and harms no neighbour", async () => {
  const { log, lines: logged } = collectLog();
  const { queue, worker, read } = await openQueue(
    async ({ quiet }, job) => {
      if (quiet === true) return "neighbour";
      for (let n = 0; n < 20_000; n += 1) {
        job.log.info(`line ${n}`, { text: "x".repeat(50) });
        job.progress(n / 20_000);
      }
      return "done";
    },
    { log },
  );
  const ended = new Set<string | undefined>();
  worker.on("completed", ({ id }) => ended.add(id));
  const { id } = await queue.add("telling", {});
  const { id: neighbour } = await queue.add("telling", { quiet: true });
  await until("both to end", () => ended.has(id) && ended.has(neighbour));
  const told = await read(id);
  expect([told.logged, told.lines.length]).toEqual([20_000, 200]);
  expect(told.lines.at(-1)).toMatchObject({
    number: 20_000,
    message: expect.stringMatching(/^line 19999 /),
  });
  expect(logged().filter(({ line }) => line === "task_log").length).toBeLessThanOrEqual(1_000);
});

test("the worker's log has the lines, with what finds them", async () => {
  const { log, lines } = collectLog();
  const { queue, worker } = await openQueue(
    async (_, job) => job.log.warn("careful", { job_id: "forged", level: "fatal" }),
    { log },
  );
  const completed = nextEnd(worker, "completed");
  const { id } = await queue.add("telling", {});
  await completed;
  expect(lines().filter(({ line }) => line === "task_log")).toEqual([
    expect.objectContaining({
      level: "warn",
      msg: "careful",
      job_id: id,
      task: "telling",
      attempt: 1,
      trace_id: expect.any(String),
      fields: { job_id: "forged", level: "fatal" },
    }),
  ]);
});

test("what is told after the end is ignored", async () => {
  const after = Promise.withResolvers<() => void>();
  const { queue, worker, read } = await openQueue(async (_, job) => {
    after.resolve(() => {
      job.log.info("late");
      job.progress(0.9);
    });
  });
  const completed = nextEnd(worker, "completed");
  const { id } = await queue.add("telling", {});
  await completed;
  (await after.promise)();
  const next = nextEnd(worker, "completed");
  await queue.add("telling", {});
  await next;
  expect(await read(id)).toEqual({ progress: undefined, logged: 0, lines: [] });
});

test("a job that was lost with its worker begins its attempt without progress", async () => {
  const { queue, worker, read } = await openQueue(async () => undefined);
  const completed = nextEnd(worker, "completed");
  await worker.pause();
  const { id } = await queue.add("telling", {});
  await queue.updateJobProgress(id ?? "", { fraction: 0.8, attempt: 1 });
  expect((await read(id)).progress).toMatchObject({ fraction: 0.8 });
  void worker.resume();
  await completed;
  expect((await read(id)).progress).toBe(undefined);
});

test("a job that tells while Redis is away is not held up, and loses nothing of it", async () => {
  const redis = await ownRedis();
  const begun = Promise.withResolvers<void>();
  const away = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const { queue, worker, read } = await openQueue(
    async (_, job) => {
      begun.resolve();
      await away.promise;
      job.progress(0.5);
      for (let n = 0; n < 300; n += 1) job.log.info(`line ${n}`);
      told.resolve();
      return 1;
    },
    { redisUrl: redis.url },
  );
  const completed = nextEnd(worker, "completed");
  const { id } = await queue.add("telling", {});
  await begun.promise;
  await redis.signal("SIGKILL");
  away.resolve();
  await told.promise;
  await redis.start();
  await completed;
  await until(
    "the producer's connection",
    async () => (await read(id).catch(() => undefined)) !== undefined,
  );
  const { progress, logged, lines } = await read(id);
  expect([progress, logged, lines.length]).toEqual([{ fraction: 0.5, attempt: 1 }, 300, 200]);
});

test("a log that Redis refuses fails no job, and the worker says so", async () => {
  const { log, lines } = collectLog();
  const { queue, worker, redis } = await openQueue(async (_, job) => job.log.info("kept?"), {
    log,
  });
  const completed = nextEnd(worker, "completed");
  await redis.set(queue.toKey("Odd:logs"), "no list");
  await queue.add("telling", {}, { jobId: "Odd" });
  await completed;
  const isToldOf = () => lines().some(({ line }) => line === "task_report_lost");
  await until("the worker to say so", isToldOf);
  expect(lines().filter(({ line }) => line === "job_succeeded")).toHaveLength(1);
});
