import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { inject, onTestFinished, test, expect } from "vitest";
import type { RemovalReason } from "../../src/contract/metrics.ts";
import { queues } from "../../src/contract/queues.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { readForgotten } from "../../src/queue/forgotten.ts";
import { type JanitorDeps, startJanitor } from "../../src/queue/janitor.ts";
import { measureKept } from "../../src/queue/kept.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { asService, ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

function open(url = inject("redisUrl"), name = `test-${randomUUID()}`) {
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { redis, queue: createQueue(redis, name) };
}

function watch(
  queue: Queue,
  redis: Redis,
  keep: JanitorDeps["keep"] = queues.default.keep,
  others: readonly Queue[] = [],
) {
  const removed: [number, RemovalReason][] = [];
  const failures: unknown[] = [];
  const stop = startJanitor({
    queue,
    redis,
    onRemoved: (...args) => removed.push(args),
    onCancelled: () => undefined,
    onFailed: (error) => failures.push(error),
    keep,
    others,
  });
  onTestFinished(stop);
  return { removed, failures };
}

/** As BullMQ leaves jobs of which each ended a while after the one before; the last one now. */
async function addEnded(
  queue: Queue,
  redis: Redis,
  set: "completed" | "failed",
  {
    count,
    bytes,
    owner,
    apartMs = 1_000,
  }: { count: number; bytes: number; owner?: string; apartMs?: number },
): Promise<void> {
  const now = Date.now();
  const pipeline = redis.pipeline();
  const result = JSON.stringify("x".repeat(bytes));
  for (let n = 1; n <= count; n += 1) {
    const id = owner === undefined ? `${set}-${n}` : `${owner}-${set}-${n}`;
    const endedAt = now - (count - n) * apartMs;
    pipeline.hset(queue.toKey(id), { name: "filler", data: "{}", finishedOn: endedAt });
    if (owner !== undefined) pipeline.hset(queue.toKey(id), "opts", `{"client":"${owner}"}`);
    pipeline.hset(queue.toKey(id), "returnvalue", result);
    pipeline.zadd(queue.toKey(set), endedAt, id);
    pipeline.xadd(queue.toKey("events"), "*", "event", set, "jobId", id, "returnvalue", result);
  }
  await pipeline.exec();
}

test("jobs go when their time is over, without a job that ends, and the younger ones stay", async () => {
  const { queue, redis } = open();
  await addEnded(queue, redis, "completed", { count: 250, bytes: 10, apartMs: 100_000 });
  await addEnded(queue, redis, "failed", { count: 20, bytes: 10 });
  // Half of the time from one to the next: no pause of this machine moves a job across it.
  const keep = { succeededSeconds: 5_950, failedSeconds: 3_600 };
  const { removed } = watch(queue, redis, keep);
  await until("the sweep", () => removed.length > 0);
  expect(removed).toEqual([[190, "age"]]);
  const [oldest] = await queue.getCompleted(-1, -1);
  expect(oldest?.id).toBe("completed-191");
  expect(await queue.getFailedCount()).toBe(20);
  // Nothing is missing from a history that is shorter than the jobs are kept.
  expect(await readForgotten(queue, redis, "completed")).toBe(0);
});

test("a kept job whose record is no hash does not keep the others", async () => {
  const { queue, redis } = open();
  await addEnded(queue, redis, "completed", { count: 20, bytes: 10 });
  await redis.del(queue.toKey("completed-1"));
  await redis.set(queue.toKey("completed-1"), "text");
  watch(queue, redis, { succeededSeconds: 10, failedSeconds: 3_600 });
  const isSwept = async () => (await redis.zcard(queue.toKey("completed"))) <= 10;
  await until("the sweep", isSwept);
  expect(await redis.exists(queue.toKey("completed-1"))).toBe(0);
});

test("of several that run on a queue, one does the work, and all can measure", async () => {
  const { queue, redis } = open();
  await addEnded(queue, redis, "completed", { count: 100, bytes: 10, apartMs: 100_000 });
  const keep = { succeededSeconds: 4_950, failedSeconds: 4_950 };
  const janitors = [1, 2, 3, 4].map(() => watch(queue, redis, keep));
  const removed = () => janitors.flatMap((janitor) => janitor.removed);
  await until("the sweep", () => removed().length > 0);
  expect(removed()).toEqual([[50, "age"]]);
  expect((await measureKept(queue, redis)).succeeded.count).toBe(await queue.getCompletedCount());
});

test("weighs jobs and events as Redis does", async () => {
  const { queue, redis } = open();
  expect(await measureKept(queue, redis)).toEqual({
    succeeded: { count: 0, bytes: 0 },
    failed: { count: 0, bytes: 0 },
    events: { count: 0, bytes: 0 },
  });
  await addEnded(queue, redis, "completed", { count: 100, bytes: 10_000 });
  await addEnded(queue, redis, "failed", { count: 50, bytes: 100 });
  const { succeeded, failed, events } = await measureKept(queue, redis);
  expect([succeeded.count, failed.count, events.count]).toEqual([100, 50, 150]);
  expect(succeeded.bytes).toBeGreaterThan(100 * 10_000);
  expect(succeeded.bytes).toBeLessThan(100 * 14_000);
  expect(failed.bytes).toBeGreaterThan(50 * 100);
  expect(failed.bytes).toBeLessThan(50 * 800);
  expect(events.bytes).toBeGreaterThan(1_000_000);
  expect(events.bytes).toBeLessThan(2_100_000);
});

test("a Redis that is full of results has room again, failures and the newest results kept", async () => {
  const server = await ownRedis();
  const { queue, redis } = open(server.url);
  await addEnded(queue, redis, "failed", { count: 20, bytes: 10 });
  await addEnded(queue, redis, "completed", { count: 300, bytes: 60_000 });
  // It refuses every write but what makes room: not even the key that says whose turn it is fits.
  const { succeeded } = await measureKept(queue, redis);
  const limit = succeeded.bytes * 1.5;
  await redis.config("SET", "maxmemory", String(Math.floor(limit)));
  await expect(redis.set("any", "thing")).rejects.toThrow(/^OOM/);

  const { removed } = watch(queue, redis);
  const stays = async () => (await measureKept(queue, redis)).succeeded.bytes < limit * 0.36;
  await until("results to make room", stays);
  await redis.set("any", "thing");
  await until("the report", () => removed.length > 0);
  expect(new Set(removed.map(([, reason]) => reason))).toEqual(new Set(["early"]));
  expect(await queue.getFailedCount()).toBe(20);
  expect((await measureKept(queue, redis)).events.count).toBeLessThan(80);

  const left = await queue.getCompletedCount();
  expect(left).toBeGreaterThan(100);
  const ids = await redis.zrange(queue.toKey("completed"), 0, "-1");
  expect(ids).toEqual(Array.from({ length: left }, (_, n) => `completed-${300 - left + n + 1}`));
  const oldest = Number(await redis.zscore(queue.toKey("completed"), ids[0] ?? ""));
  expect(await readForgotten(queue, redis, "completed")).toBe(oldest - 1_000);
});

test("a client that has most of what is kept makes room, and others keep what is older", async () => {
  const server = await ownRedis();
  const { queue, redis } = open(server.url);
  await addEnded(queue, redis, "completed", { count: 100, bytes: 10_000, owner: "honest" });
  await addEnded(queue, redis, "failed", { count: 20, bytes: 10_000, owner: "honest" });
  await addEnded(queue, redis, "completed", { count: 20, bytes: 60_000, owner: "flood" });
  await addEnded(queue, redis, "failed", { count: 50, bytes: 60_000, owner: "flood" });
  const limit = 8_000_000;
  await redis.config("SET", "maxmemory", limit);
  const { removed } = watch(queue, redis);
  const stays = async () => {
    const { succeeded, failed } = await measureKept(queue, redis);
    return succeeded.bytes + failed.bytes < limit * 0.36;
  };
  await until("the flood to make room", stays);
  await until("the report", () => removed.length > 0);
  const ids = [
    ...(await redis.zrange(queue.toKey("completed"), 0, "-1")),
    ...(await redis.zrange(queue.toKey("failed"), 0, "-1")),
  ];
  expect(ids.filter((id) => id.startsWith("honest"))).toHaveLength(120);
});

test.each(["producer", "worker"] as const)("works with the rights of a %s", async (service) => {
  const server = await ownRedis();
  const admin = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => admin.disconnect());
  const { queue, redis } = open(asService(service, server.url));
  await addEnded(queue, redis, "completed", { count: 100, bytes: 60_000 });
  await admin.config("SET", "maxmemory", "14000000");
  const { removed, failures } = watch(queue, redis, { succeededSeconds: 90, failedSeconds: 90 });
  const reasons = () => new Set(removed.map(([, reason]) => reason));
  await until("both reasons", () => reasons().size === 2);
  const before = await queue.getCompletedCount();
  await addEnded(queue, redis, "completed", { count: 80, bytes: 60_000, owner: "flood" });
  const isOwn = async () => {
    const ids = await redis.zrange(queue.toKey("completed"), 0, "-1");
    return ids.length < before + 80 && !ids.includes("flood-completed-1");
  };
  await until("a client's own jobs to go", isOwn);
  expect(failures).toEqual([]);
  expect(await admin.acl("LOG")).toEqual([]);
});

test("each of two queues gives up its part of what is too much of both", async () => {
  const server = await ownRedis();
  const two = ["first", "second"].map((name) => open(server.url, name));
  const [one, other] = two as [(typeof two)[number], (typeof two)[number]];
  await addEnded(one.queue, one.redis, "completed", { count: 90, bytes: 60_000 });
  await addEnded(other.queue, other.redis, "completed", { count: 30, bytes: 60_000 });
  // Either alone would fit: a third of the memory is what ended jobs may have.
  await one.redis.config("SET", "maxmemory", "18000000");
  watch(one.queue, one.redis, queues.default.keep, [other.queue]);
  watch(other.queue, other.redis, queues.default.keep, [one.queue]);
  const bytes = async () => {
    const kept = await Promise.all(two.map(({ queue, redis }) => measureKept(queue, redis)));
    return kept.reduce((sum, { succeeded }) => sum + succeeded.bytes, 0);
  };
  await until("room", async () => (await bytes()) < 18_000_000 * 0.36);
  const [left, leftOther] = await Promise.all(two.map(({ queue }) => queue.getCompletedCount()));
  expect((left ?? 0) / (leftOther ?? 1)).toBeGreaterThan(2);
  expect((left ?? 0) / (leftOther ?? 1)).toBeLessThan(4.5);
});

test("says once that it cannot work, and goes on when it can", async () => {
  const { queue, redis } = open();
  await redis.set(queue.toKey("completed"), "not a sorted set");
  const { removed, failures } = watch(queue, redis, { succeededSeconds: 10, failedSeconds: 10 });
  await until("the failure", () => failures.length > 0);
  expect(failures).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/^WRONGTYPE/) }),
  ]);
  await redis.del(queue.toKey("completed"));
  await addEnded(queue, redis, "completed", { count: 30, bytes: 10 });
  await until("the sweep", () => removed.length > 0);
  expect(failures).toHaveLength(1);
});
