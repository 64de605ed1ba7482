import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createQueue } from "../../../src/queue/queue.ts";
import { defineTask, type Task, TaskRejectedError } from "../../../src/task/task.ts";
import { ownRedis } from "../../support/redis.ts";
import { startWorker } from "../../support/worker.ts";

const jobs = 500;

/** What the janitor asks, as often as time passes: where processors are busy, as often as there are jobs. */
const janitors = new Set(["memory|usage", "info", "ping", "xlen", "zcount", "zrandmember"]);

/**
 * How often Redis has run each command, for each job. What the worker does besides, such as to look
 * for stalled jobs, is less than half a command for each of so many.
 */
async function readCommands(redis: Redis): Promise<Record<string, number>> {
  const stats = (await redis.info("commandstats")).matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
  return Object.fromEntries(
    [...stats].flatMap(([, name = "", calls]) => {
      const ofEach = Math.round(Number(calls) / jobs);
      return ofEach === 0 || janitors.has(name) ? [] : [[name, ofEach]];
    }),
  );
}

/** What Redis is asked for each of many jobs of a task whose attempts all end so. */
async function measureAttempts(event: "completed" | "failed", run: Task["run"]) {
  const { url } = await ownRedis();
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  const name = `test-${randomUUID()}`;
  const queue = createQueue(redis, name);
  await queue.pause();
  const task = defineTask({
    title: "Counted",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 60_000,
    run,
  });
  const { worker } = await startWorker(name, {
    redisUrl: url,
    tasks: new Map([["counted", task]]),
  });
  const opts = { attempts: 2, backoff: 600_000 };
  await queue.addBulk(Array.from({ length: jobs }, () => ({ name: "counted", data: {}, opts })));
  const done = Promise.withResolvers<void>();
  let ended = 0;
  worker.on(event, () => {
    ended += 1;
    if (ended === jobs) done.resolve();
  });
  await redis.config("RESETSTAT");
  await queue.resume();
  await done.promise;
  return readCommands(redis);
}

// Measured with BullMQ 6.7.0 on a worker whose tasks could report nothing.
test("a job that reports nothing costs Redis no command more than BullMQ's own", async () => {
  expect(await measureAttempts("completed", async () => 1)).toEqual({
    del: 1,
    evalsha: 1,
    exists: 1,
    get: 1,
    hget: 1,
    hgetall: 1,
    hincrby: 2,
    hmget: 2,
    hmset: 1,
    hset: 1,
    lrem: 1,
    rpoplpush: 1,
    scard: 1,
    set: 1,
    srem: 1,
    xadd: 2,
    xtrim: 1,
    zadd: 2,
    zcard: 1,
    zrangebyscore: 1,
    zrevrangebyscore: 1,
  });
});

async function reject() {
  throw new TaskRejectedError("overflow", "too large");
}

async function failOnce() {
  throw new Error("not now");
}

// Measured on a worker that noted nothing of its attempts.
test("an attempt that fails costs Redis no command more than BullMQ's own, though it is noted", async () => {
  expect(await measureAttempts("failed", reject)).toEqual({
    del: 1,
    evalsha: 1,
    exists: 1,
    get: 1,
    hdel: 1,
    hget: 1,
    hgetall: 1,
    hincrby: 2,
    hmget: 2,
    hmset: 2,
    hset: 1,
    lrem: 1,
    rpoplpush: 1,
    set: 1,
    srem: 1,
    xadd: 2,
    xtrim: 1,
    zadd: 2,
    zrangebyscore: 1,
    zrevrangebyscore: 1,
  });
  expect(await measureAttempts("failed", failOnce)).toEqual({
    del: 1,
    evalsha: 1,
    exists: 1,
    get: 1,
    hget: 1,
    hgetall: 1,
    hincrby: 2,
    hmget: 1,
    hmset: 2,
    hset: 1,
    lrem: 1,
    rpoplpush: 1,
    set: 1,
    srem: 1,
    xadd: 2,
    zadd: 2,
    zrangebyscore: 1,
    zrevrangebyscore: 1,
  });
});
