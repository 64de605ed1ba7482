import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { appendLog, formatLine, logKeyOf, readLog } from "../../src/queue/job-log.ts";
import { measureKept } from "../../src/queue/kept.ts";
import { removeOldest } from "../../src/queue/oldest-jobs.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { removeRecordsOfWrongType } from "../../src/queue/wrong-type.ts";
import { asService, ownRedis } from "../support/redis.ts";

/** A queue with a job in it, as the worker's user sees it. */
async function openJob(url = asService("worker", inject("redisUrl"))) {
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  const { id = "" } = await queue.add("task", {});
  const append = (lines: readonly string[], count = lines.length) =>
    appendLog(queue, redis, id, { lines, count });
  return { redis, queue, id, append, read: () => readLog(queue, redis, id) };
}

const textOf = (message: string) => formatLine({ at: 0, level: "info", attempt: 1, message });

test("a log keeps its last 200 lines, and knows how many it has had", async () => {
  const { append, read } = await openJob();
  for (let n = 0; n < 3; n += 1) {
    await append(Array.from({ length: 90 }, (_, i) => textOf(String(n * 90 + i + 1))));
  }
  await append([textOf("1001")], 731);
  const { logged, lines } = await read();
  expect([logged, lines.length]).toEqual([1_001, 200]);
  expect(lines[0]).toMatchObject({ number: 802, message: "72" });
  expect(lines.at(-1)).toEqual({
    number: 1_001,
    at: 0,
    level: "info",
    attempt: 1,
    message: "1001",
  });
});

test("a log keeps 64 KB, of which the oldest lines go", async () => {
  const { redis, queue, id, append, read } = await openJob();
  for (let n = 0; n < 60; n += 1) await append([textOf(`${n} ${"é".repeat(1_000)}`)]);
  const { logged, lines } = await read();
  expect([logged, lines.length]).toEqual([60, 32]);
  expect(lines.at(-1)?.message).toMatch(/^59 /);
  const kept = await redis.lrange(logKeyOf(queue, id), 0, -1);
  expect(Buffer.byteLength(kept.join(""))).toBeLessThanOrEqual(65_536);
});

test("a log is read while Redis' memory is full", async () => {
  const { url } = await ownRedis();
  const { redis, append, read } = await openJob(asService("worker", url));
  await append([textOf("before")]);
  const administrator = new Redis(url);
  onTestFinished(() => administrator.disconnect());
  await administrator.config("SET", "maxmemory", "1mb");
  await expect(redis.set("{tripod:any}:any:full", "text")).rejects.toThrow("OOM");
  expect(await read()).toMatchObject({ logged: 1, lines: [{ message: "before" }] });
});

test("a job that is gone gets no log", async () => {
  const { redis, queue, id, append, read } = await openJob();
  await queue.remove(id);
  await append([textOf("late")]);
  expect(await redis.exists(logKeyOf(queue, id), queue.toKey(id))).toBe(0);
  expect(await read()).toEqual({ logged: 0, lines: [] });
});

test("what others have put into a log, or made of it, is read as far as it goes", async () => {
  const { redis, queue, id, append, read } = await openJob();
  await queue.addJobLog(id, "by hand");
  await queue.addJobLog(id, `9999-99-99T00:00:00.000Z info attempt 1: ${"x".repeat(5_000)}`);
  const { logged, lines } = await read();
  expect([logged, lines[0]]).toEqual([2, { number: 1, message: "by hand" }]);
  expect(lines[1]?.message).toHaveLength(2_000);
  await redis.hset(queue.toKey(id), "logged", "many");
  await append([textOf("ours")]);
  expect(await read()).toMatchObject({ logged: 3, lines: [{}, {}, { message: "ours" }] });
  await redis.set(logKeyOf(queue, id), "no list");
  expect(await read()).toEqual({ logged: 1, lines: [] });
});

test("an ended job is weighed with its log, and goes with it", async () => {
  const { redis, queue, id, append } = await openJob();
  await redis.zadd(queue.toKey("completed"), 1, id);
  await redis.lrem(queue.toKey("wait"), 1, id);
  const { succeeded: before } = await measureKept(queue, redis);
  await append(Array.from({ length: 40 }, () => textOf("x".repeat(1_000))));
  const { succeeded } = await measureKept(queue, redis);
  expect(succeeded.bytes - before.bytes).toBeGreaterThan(40_000);
  expect(await removeOldest(queue, "completed", 1)).toBe(1);
  expect(await redis.exists(logKeyOf(queue, id), queue.toKey(id))).toBe(0);
});

test("the log of a job whose record is none goes with it", async () => {
  const { redis, queue, id, append } = await openJob();
  await append([textOf("one")]);
  await redis.set(queue.toKey(id), "no hash");
  await removeRecordsOfWrongType(await queue.getBackend().client, queue.toKey(""));
  expect(await redis.exists(logKeyOf(queue, id), queue.toKey(id))).toBe(0);
});
