import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { readForgotten } from "../../src/queue/forgotten.ts";
import { createOwnJobs } from "../../src/queue/own-jobs.ts";
import { createQueue } from "../../src/queue/queue.ts";

function open() {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { redis, queue: createQueue(redis, `test-${randomUUID()}`) };
}

/** Adds succeeded jobs of the owner that ended at `from` and each so many ms after the one before. */
async function addEnded(
  queue: Queue,
  redis: Redis,
  owner: string,
  { count, from, everyMs = 1 }: { count: number; from: number; everyMs?: number },
): Promise<void> {
  const pipeline = redis.pipeline();
  for (let n = 0; n < count; n += 1) {
    const id = `${owner}-${n}`;
    const opts = JSON.stringify({ client: owner, tm: JSON.stringify({ client: "flood" }) });
    pipeline.hset(queue.toKey(id), { name: "filler", data: "{}", opts });
    pipeline.rpush(queue.toKey(`${id}:logs`), "line");
    pipeline.zadd(queue.toKey("completed"), from + n * everyMs, id);
  }
  await pipeline.exec();
}

const countOf = async (queue: Queue, redis: Redis, owner: string) =>
  (await redis.zrange(queue.toKey("completed"), 0, "-1")).filter((id) => id.startsWith(owner))
    .length;

test("a client's oldest jobs go, and nobody else's, however many are older", async () => {
  const { queue, redis } = open();
  const from = Date.now() - 2 * 3_600_000;
  await addEnded(queue, redis, "others", { count: 1_200, from });
  await addEnded(queue, redis, "flood", { count: 300, from: from + 1_100 });
  const removed = await createOwnJobs(queue, redis).remove("flood", "completed", 120);
  expect(removed).toEqual({ count: 120, young: 0 });
  expect(await countOf(queue, redis, "others")).toBe(1_200);
  expect(await redis.zrange(queue.toKey("completed"), 0, "-1")).not.toContain("flood-119");
  expect(await countOf(queue, redis, "flood")).toBe(180);
  expect(await redis.exists(queue.toKey("flood-0"), queue.toKey("flood-0:logs"))).toBe(0);
  expect(await redis.exists(queue.toKey("flood-120"), queue.toKey("flood-120:logs"))).toBe(2);
  expect(await readForgotten(queue, redis, "completed")).toBe(from + 1_100 + 119);
});

test("it does not look again at what others keep, until it has come to the end", async () => {
  const { queue, redis } = open();
  const from = Date.now() - 60_000;
  await addEnded(queue, redis, "others", { count: 1_000, from });
  await addEnded(queue, redis, "flood", { count: 30, from: from + 1_000 });
  const ownJobs = createOwnJobs(queue, redis);
  expect(await ownJobs.remove("flood", "completed", 10)).toEqual({ count: 10, young: 10 });
  // Older than what was looked at: it waits until all the others have gone.
  await redis.zadd(queue.toKey("completed"), from, "flood-29");
  expect((await ownJobs.remove("flood", "completed", 5)).count).toBe(5);
  expect(await redis.zrange(queue.toKey("completed"), 0, "-1")).toContain("flood-29");
  expect((await ownJobs.remove("flood", "completed", 100)).count).toBe(14);
  expect((await ownJobs.remove("flood", "completed", 100)).count).toBe(1);
  expect(await countOf(queue, redis, "others")).toBe(1_000);
});

test("goes on past many that ended in one millisecond, and records that are no hash", async () => {
  const { queue, redis } = open();
  const from = Date.now() - 60_000;
  await addEnded(queue, redis, "others", { count: 600, from, everyMs: 0 });
  await addEnded(queue, redis, "flood", { count: 80, from: from + 1 });
  await redis.set(queue.toKey("text"), "text");
  await redis.zadd(queue.toKey("completed"), from + 1, "text");
  await redis.zadd(queue.toKey("completed"), from + 1, "gone");
  expect((await createOwnJobs(queue, redis).remove("flood", "completed", 80)).count).toBe(80);
  expect(await redis.zcard(queue.toKey("completed"))).toBe(602);
});

test("one call looks at a bounded number of jobs, and the next goes on from there", async () => {
  const { queue, redis } = open();
  const from = Date.now() - 60_000;
  await addEnded(queue, redis, "others", { count: 7_000, from });
  await addEnded(queue, redis, "flood", { count: 10, from: from + 7_000 });
  const ownJobs = createOwnJobs(queue, redis);
  expect((await ownJobs.remove("flood", "completed", 10)).count).toBe(0);
  expect((await ownJobs.remove("flood", "completed", 10)).count).toBe(10);
});
