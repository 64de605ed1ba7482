import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { z } from "zod";
import { cancelJob } from "../../src/queue/cancellation.ts";
import type { JobContext } from "../../src/task/job-context.ts";
import { loadTasks } from "../../src/task/registry.ts";
import { defineTask } from "../../src/task/task.ts";
import { postJson, readBody, readJob, untilFinal } from "../support/client.ts";
import { isolatedTasks } from "../support/fork.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";
import { collectLog } from "../support/telemetry.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

type Run = (job: JobContext) => Promise<unknown>;

/** A producer whose only task does that, and one job of it that a worker has begun. */
async function startRunning(run: Run, { redisUrl }: { redisUrl?: string } = {}) {
  const begun = Promise.withResolvers<JobContext>();
  let runs = 0;
  const task = defineTask({
    title: "Act",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 60_000,
    attempts: { max: 4, backoffMs: 60_000 },
    async run(_, job) {
      runs += 1;
      begun.resolve(job);
      return run(job);
    },
  });
  const tasks = new Map([["act", task]]);
  const producer = await startProducer({ tasks, ...(redisUrl !== undefined && { redisUrl }) });
  const { log, lines } = collectLog();
  const options = { tasks, log, ...(redisUrl !== undefined && { redisUrl }) };
  const config = { lockMs: 1_000, stalledCheckMs: 200 };
  const worker = await startWorker(producer.name, { ...options, config });
  const { id } = await readBody(
    await postJson(`${producer.url}/api/v1/jobs`, { task: "act", input: {} }),
  );
  await begun.promise;
  const cancel = async (url = producer.url) => {
    const answer = await fetch(`${url}/api/v1/jobs/${id}/cancel`, { method: "POST" });
    return { status: answer.status, body: await readBody(answer) };
  };
  return { ...producer, worker, tasks, id, cancel, lines, runs: () => runs };
}

async function untilForgotten(queue: Queue, redis: Redis) {
  const marks = async () => (await redis.zcard(queue.toKey("cancelled"))) === 0;
  await until("the mark to be removed", marks);
}

const cancelled = {
  status: "failed",
  error_type: "cancelled_by_user",
  error: "cancelled on request",
  attempts: 1,
};
const untilAborted = ({ signal }: JobContext) => sleep(60_000, undefined, { signal });

test("a running job that is cancelled is aborted, and never retried", async () => {
  const { url, queue, redis, name, worker, id, cancel, lines, runs } =
    await startRunning(untilAborted);
  const told = { status: 202, body: { status: "working", cancelling: true } };
  expect(await cancel()).toMatchObject(told);
  expect(await untilFinal(url, id)).toMatchObject(cancelled);
  expect((await cancel()).status).toBe(200);
  expect(runs()).toBe(1);
  await untilForgotten(queue, redis);
  const series = `taskqueue_jobs_finished_total{queue="${name}",task="act",outcome="failed",error_type="cancelled_by_user"} 1`;
  const isCounted = async () => (await worker.registry.metrics()).includes(series);
  await until("it to be counted", isCounted);
  expect(lines()).toContainEqual(
    expect.objectContaining({ job_id: id, error_type: "cancelled_by_user" }),
  );
  // A worker that stops does so, and leaves the job to another.
  expect(lines().filter(({ msg }) => String(msg).includes("handed back"))).toEqual([]);
});

test.for<[what: string, run: Run]>([
  [
    "throws an error of its own",
    async (job) => untilAborted(job).catch(() => Promise.reject(new Error("my own"))),
  ],
  ["returns a result", async (job) => untilAborted(job).catch(() => "a result")],
  ["ignores its signal", async () => sleep(60_000, undefined, { ref: false })],
])("a running job that is cancelled ends as that if its task %s", async ([, run]) => {
  const { url, id, cancel, runs } = await startRunning(run);
  expect((await cancel()).status).toBe(202);
  expect(await untilFinal(url, id)).toMatchObject(cancelled);
  expect(runs()).toBe(1);
});

test("another worker than the one that runs it, and another producer, change nothing", async () => {
  const { url, name, tasks, id, cancel, runs } = await startRunning(untilAborted);
  await startWorker(name, { tasks });
  const other = await startProducer({ name, tasks });
  expect((await cancel(other.url)).status).toBe(202);
  expect(await untilFinal(url, id)).toMatchObject(cancelled);
  expect(await untilFinal(other.url, id)).toMatchObject(cancelled);
  expect(runs()).toBe(1);
});

test("a job that succeeds just when it is cancelled has one end, which stays", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { url, queue, redis, id, cancel } = await startRunning(() => promise.then(() => "done"));
  // The task ends in this very turn: hardly ever its worker has read of it by then.
  const asked = cancelJob(queue, redis, id);
  resolve();
  expect(["running", "ended"]).toContain((await asked).kind);
  const job = await untilFinal(url, id);
  expect(["succeeded", "failed"]).toContain(job.status);
  await untilForgotten(queue, redis);
  expect(await redis.hexists(queue.toKey(id), "defa")).toBe(0);
  expect((await cancel()).status).toBe(job.status === "succeeded" ? 409 : 200);
  expect(await readJob(url, id)).toEqual(job);
});

test("an attempt that fails just when its job is cancelled is the last one", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const { url, queue, redis, id, cancel, runs } = await startRunning(() => promise);
  // As a worker that reads of it too late would find it.
  await redis.hset(queue.toKey(id), "defa", "cancelled_by_user: cancelled on request");
  reject(new Error("on its own"));
  const waits = async () => (await queue.getJobState(id)) === "delayed";
  await until("it to wait for its next attempt", waits);
  await redis.zadd(queue.toKey("cancelled"), Date.now(), id);
  expect(await untilFinal(url, id)).toMatchObject(cancelled);
  expect(runs()).toBe(1);
  await untilForgotten(queue, redis);
  expect((await cancel()).status).toBe(200);
});

test("a job that was cancelled is not run again after its worker has vanished", async () => {
  const { url, queue, redis, name, worker, tasks, id, runs } = await startRunning(untilAborted);
  const config = { lockMs: 1_000, stalledCheckMs: 200 };
  await startWorker(name, { tasks, config });
  // Nothing that the first does reaches Redis any more, as where its host is gone.
  await worker.worker.pause(true);
  expect((await cancelJob(queue, redis, id)).kind).toBe("running");
  await redis.zrem(queue.toKey("cancelled"), id);
  await redis.del(`${queue.toKey(id)}:lock`);
  const job = await untilFinal(url, id);
  expect(job).toMatchObject({ error_type: "cancelled_by_user" });
  expect(runs()).toBe(1);
});

test("a job that was cancelled before Redis was away for a moment is aborted after it", async () => {
  const redis = await ownRedis();
  const { url, id, cancel, runs } = await startRunning(untilAborted, { redisUrl: redis.url });
  expect((await cancel()).status).toBe(202);
  await redis.signal("SIGKILL");
  await redis.start();
  const read = async () => (await fetch(`${url}/readyz`)).ok;
  await until("the producer to be back", read);
  expect(await untilFinal(url, id)).toMatchObject({ error_type: "cancelled_by_user" });
  expect(runs()).toBe(1);
});

test("the process of an isolated task that hears nothing is killed", async () => {
  const tasks = await loadTasks(isolatedTasks);
  const file = join(createTemporaryFolder(), "starts");
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks, tasksFolder: isolatedTasks });
  const submission = { task: "block", input: { file, ms: 60_000 } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, submission));
  const pidOf = () => Number(readFileSync(file, "utf8").trim());
  const pid = await until("the task to block its process", pidOf);
  const answer = await fetch(`${url}/api/v1/jobs/${id}/cancel`, { method: "POST" });
  expect(answer.status).toBe(202);
  expect(await untilFinal(url, id)).toMatchObject(cancelled);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(readFileSync(file, "utf8")).toBe(`${pid}\n`);
});

test("a job that blocks its worker has one end all the same", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { url, queue, redis, id } = await startRunning(async () => {
    await promise;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    return "blocked";
  });
  const asked = cancelJob(queue, redis, id);
  resolve();
  expect(["running", "ended"]).toContain((await asked).kind);
  const { status } = await untilFinal(url, id);
  await untilForgotten(queue, redis);
  expect(["succeeded", "failed"]).toContain(status);
  expect((await readJob(url, id)).status).toBe(status);
  expect(await redis.hexists(queue.toKey(id), "defa")).toBe(0);
});
