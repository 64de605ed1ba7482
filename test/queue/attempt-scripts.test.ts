import { randomUUID } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import { noteHandRetry, noteLost, noteOwn } from "../../src/queue/attempt-scripts.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { readStoredStarts } from "../../src/queue/stored-history.ts";
import { until } from "../support/until.ts";

/** A job that a worker has taken for the second time, whose lock is gone and was looked at once. */
async function openStalled({ lock = false } = {}) {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  const key = queue.toKey("job-1");
  await redis.hset(key, { name: "any", ats: 2, atm: 1, processedOn: 1_700_000_000_123, pb: "w" });
  await redis.rpush(queue.toKey("active"), "job-1");
  await redis.sadd(queue.toKey("stalled"), "job-1");
  if (lock) await redis.set(`${key}:lock`, "token:1");
  const read = async () => (await readStoredStarts(queue, redis, "job-1")).entries;
  return { redis, queue, key, read };
}

const lost = {
  start: 2,
  outcome: "lost",
  number: 2,
  startedAt: 1_700_000_000_123,
  endedAt: expect.any(Number),
  worker: "w",
};

test("a job whose lock is gone is noted as lost, by what its hash says, however often it is looked at", async () => {
  const { queue, redis, read } = await openStalled();
  expect(await noteLost(queue, redis)).toEqual(["job-1"]);
  const first = await read();
  expect(first).toEqual([lost]);
  expect(await noteLost(queue, redis)).toEqual(["job-1"]);
  expect(await read()).toEqual(first);
});

test("a job is not noted as lost that its worker has, or that has ended, or before the next look is due", async () => {
  const held = await openStalled({ lock: true });
  expect(await noteLost(held.queue, held.redis)).toEqual([]);
  const ended = await openStalled();
  await ended.redis.del(ended.queue.toKey("active"));
  expect(await noteLost(ended.queue, ended.redis)).toEqual([]);
  const early = await openStalled();
  await early.redis.set(early.queue.toKey("stalled-check"), 1);
  expect(await noteLost(early.queue, early.redis)).toEqual([]);
  expect([await held.read(), await ended.read(), await early.read()]).toEqual([[], [], []]);
});

test("a job that was found as stalled and not noted before is noted after, also where it runs again", async () => {
  const { queue, redis, read } = await openStalled();
  await redis.del(queue.toKey("active"));
  await noteLost(queue, redis, ["job-1"]);
  expect(await read()).toEqual([lost]);

  const again = await openStalled({ lock: true });
  await again.redis.hset(again.key, { ats: 3, processedOn: 1_700_000_009_000, pb: "other" });
  await noteLost(again.queue, again.redis, ["job-1"]);
  const { startedAt: _startedAt, worker: _worker, ...known } = lost;
  expect(await again.read()).toEqual([known]);
});

test("a job that has ended since it was found as stalled is not noted as lost", async () => {
  const { queue, redis, key, read } = await openStalled();
  await redis.hset(key, { finishedOn: 1_700_000_009_999 });
  expect(await noteLost(queue, redis, ["job-1"])).toEqual([]);
  expect(await noteLost(queue, redis)).toEqual([]);
  expect(await read()).toEqual([]);
});

test("of a job that is retried again and again its first end and the last retry are kept", async () => {
  const { queue, redis, key, read } = await openStalled();
  await redis.zadd(queue.toKey("failed"), 1, "job-1");
  await redis.hset(key, { "attempt:2": '2 {"outcome":"failed"}', finishedOn: 1_700_000_001_000 });
  await noteHandRetry(queue, redis, { id: "job-1", state: "failed" });
  await redis.hset(key, { finishedOn: 1_700_000_002_000 });
  const [first] = await read();
  const length = (await redis.hget(key, "attempt:2"))?.length;
  await until("the clock to go on", () => Date.now() > (first?.retriedAt ?? 0));
  await noteHandRetry(queue, redis, { id: "job-1", state: "failed" });
  const [second] = await read();
  expect(second).toEqual({ ...first, retriedAt: expect.any(Number) });
  expect(second).toMatchObject({ start: 2, outcome: "failed", closedAt: 1_700_000_001_000 });
  expect(second?.retriedAt).toBeGreaterThan(first?.retriedAt ?? 0);
  expect((await redis.hget(key, "attempt:2"))?.length).toBe(length);
});

test("what is no hash, and what is gone, is left as it is", async () => {
  const { queue, redis, key } = await openStalled();
  await redis.del(key);
  expect(await noteLost(queue, redis, ["job-1"])).toEqual([]);
  expect(await redis.exists(key)).toBe(0);
  await redis.set(key, "text");
  expect(await noteLost(queue, redis)).toEqual([]);
  expect(await redis.get(key)).toBe("text");
});

test("a worker notes what it gives back only while it has the job, and never over what is noted", async () => {
  const { redis, key, read } = await openStalled({ lock: true });
  const note = (token: string) =>
    noteOwn(redis, { key, token }, { start: 2, outcome: "handed_back" });
  await note("token:2");
  expect(await read()).toEqual([]);
  await note("token:1");
  expect(await read()).toMatchObject([{ start: 2, outcome: "handed_back" }]);

  const other = await openStalled();
  await noteLost(other.queue, other.redis);
  await other.redis.set(`${other.key}:lock`, "token:1");
  await noteOwn(other.redis, { key: other.key, token: "token:1" }, { start: 2, outcome: "failed" });
  expect(await other.read()).toEqual([lost]);
});
