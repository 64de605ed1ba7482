import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import {
  openTestIndex,
  untilCounted,
  untilFollowing,
  untilIndexed,
} from "../../support/job-index.ts";
import { ownRedis } from "../../support/redis.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

const gapText = "the index of jobs has missed events, and reads all jobs again";

function open(url = inject("redisUrl")): { queue: Queue; redis: Redis } {
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { redis, queue: createQueue(redis, `test-${randomUUID()}`) };
}

async function add(queue: Queue, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, createRandomId);
  await queue.addBulk(ids.map((jobId) => ({ name: "nothing", data: {}, opts: { jobId } })));
  return ids;
}

/** Ends jobs that wait as a worker would, but without an event. */
async function endSilently(queue: Queue, redis: Redis, ids: readonly string[]): Promise<void> {
  const ending = redis.multi();
  for (const [i, id] of ids.entries()) {
    const at = Date.now() - 60_000 + i;
    ending.lrem(queue.toKey("wait"), 1, id).zadd(queue.toKey("completed"), at, id);
    ending.hset(queue.toKey(id), { finishedOn: at, processedOn: at, atm: 1 });
  }
  await ending.exec();
}

test("events that were trimmed away unread make the index read all jobs again", async () => {
  const { queue, redis } = open();
  const { log, lines } = collectLog();
  const index = openTestIndex([queue.name], { log });
  await add(queue, 3);
  await untilCounted(index, { waiting: 3 });
  // In one step: the index sees the stream before it or after it.
  await redis
    .multi()
    .lpop(queue.toKey("wait"))
    .xadd(queue.toKey("events"), "*", "event", "x")
    .xtrim(queue.toKey("events"), "MAXLEN", 0)
    .exec();
  await untilCounted(index, { waiting: 2 });
  expect(lines().filter(({ msg }) => msg === gapText)).toHaveLength(1);
});

test("events that were read before they were trimmed away are no gap", async () => {
  const { queue } = open();
  const { log, lines } = collectLog();
  const index = openTestIndex([queue.name], { log });
  await untilFollowing(index);
  await add(queue, 3);
  await untilCounted(index, { waiting: 3 });
  await queue.trimEvents(0);
  const [id = ""] = await add(queue, 1);
  await untilIndexed(index, id);
  await untilCounted(index, { waiting: 4 });
  expect(lines().filter(({ msg }) => msg === gapText)).toEqual([]);
});

test("after Redis was flushed the index is empty, and follows what comes then", async () => {
  const server = await ownRedis();
  const { queue, redis } = open(server.url);
  const index = openTestIndex([queue.name], { redisUrl: server.url });
  await add(queue, 5);
  await untilCounted(index, { waiting: 5 });
  await redis.flushall();
  await untilCounted(index, {});
  const ids = await add(queue, 2);
  await untilCounted(index, { waiting: 2 });
  const { jobs } = await index.page({}, "created", undefined, 5);
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test("while Redis is away the index says so and knows what it knew, and goes on afterwards", async () => {
  const server = await ownRedis();
  const { queue } = open(server.url);
  const { log, lines } = collectLog();
  const index = openTestIndex([queue.name], { redisUrl: server.url, log });
  await add(queue, 5);
  await untilCounted(index, { waiting: 5 });
  await server.signal("SIGKILL");
  await until("it to say so", async () => (await index.standing()).phase === "lost");
  const { lagMs = 0 } = await index.standing();
  await until("its lag to grow", async () => ((await index.standing()).lagMs ?? 0) > lagMs + 300);
  await untilCounted(index, { waiting: 5 });
  await server.start();
  await add(queue, 2);
  await untilCounted(index, { waiting: 7 });
  await until("it to follow", async () => (await index.standing()).phase === "following");
  expect(lines().filter(({ msg }) => msg === gapText)).toEqual([]);
});

test("jobs that are removed without an event leave the index", async () => {
  const { queue, redis } = open();
  const index = openTestIndex([queue.name]);
  const ids = await add(queue, 60);
  await endSilently(queue, redis, ids);
  await untilCounted(index, { succeeded: 60 });
  await untilFollowing(index);
  // The oldest, as the janitor does, and one from the middle.
  await queue.clean(0, 20, "completed");
  const [gone = ""] = ids.slice(40);
  await redis.multi().zrem(queue.toKey("completed"), gone).del(queue.toKey(gone)).exec();
  await untilCounted(index, { succeeded: 39 });
  const { jobs } = await index.page({}, "ended", undefined, 50);
  const kept = ids.slice(20).filter((id) => id !== gone);
  expect(jobs.map(({ id }) => id)).toEqual(kept.toReversed());
});

test("jobs whose time is over leave the index without a look at all others", async () => {
  const server = await ownRedis();
  const { queue, redis } = open(server.url);
  const index = openTestIndex([queue.name], { redisUrl: server.url });
  const ids = await add(queue, 30);
  await endSilently(queue, redis, ids);
  await untilCounted(index, { succeeded: 30 });
  await redis.config("RESETSTAT");
  await queue.clean(0, 10, "completed");
  await untilCounted(index, { succeeded: 20 });
  expect(await redis.info("commandstats")).not.toContain("cmdstat_exists");
});

test("of more jobs than it may have the index leaves out those that ended first, and says from when on", async () => {
  const { queue, redis } = open();
  const ids = await add(queue, 120);
  await endSilently(queue, redis, ids.slice(0, 110));
  const index = openTestIndex([queue.name], { maxJobs: 100 });
  await untilFollowing(index);
  const { jobs, omittedBefore = 0 } = await index.standing();
  expect(jobs).toBeLessThanOrEqual(100);
  expect(jobs).toBeGreaterThan(90);
  const { jobs: found } = await index.page({}, "ended", undefined, 200);
  expect(found.filter(({ state }) => state === "waiting")).toHaveLength(10);
  const ended = found.flatMap(({ endedAt }) => endedAt ?? []);
  expect(Math.min(...ended)).toBe(omittedBefore);
  expect(ended).toHaveLength(jobs - 10);
});

test("a job whose record is no hash, or gone, is left out without an end to the reading", async () => {
  const { queue, redis } = open();
  const ids = await add(queue, 3);
  const [broken = "", gone = ""] = ids;
  await redis.multi().del(queue.toKey(broken)).set(queue.toKey(broken), "x").exec();
  await redis.del(queue.toKey(gone));
  const index = openTestIndex([queue.name]);
  await untilCounted(index, { waiting: 1 });
  await untilFollowing(index);
  expect(await index.ids({}, 5)).toMatchObject([{ queue: queue.name, id: ids[2] }]);
});
