import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { addJointly } from "../../src/queue/joint-adds.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ownRedis } from "../support/redis.ts";

async function openQueue(): Promise<{ readonly queue: Queue; readonly redis: Redis }> {
  const { url } = await ownRedis();
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { queue: createQueue(redis), redis };
}

const data = { x: 1, y: 2 };
const add = ({ queue, redis }: { queue: Queue; redis: Redis }, options: JobsOptions) =>
  addJointly(queue, redis, { name: "divide", data, options });

/** All that Redis has, in no order but that of its lists, without times, and with jobs by what they are called. */
async function readAll(redis: Redis, names: ReadonlyMap<string, string>): Promise<string[]> {
  const named = (value: unknown) =>
    [...names]
      .reduce((text, [name, id]) => text.replaceAll(id, name), JSON.stringify(value))
      .replaceAll(/\d{13,}(?:-\d+)?/g, "TIME");
  const read = async (key: string) => {
    const type = await redis.type(key);
    if (type === "hash")
      return Object.entries(await redis.hgetall(key))
        .map(named)
        .toSorted();
    if (type === "list") return redis.lrange(key, 0, -1);
    if (type === "zset") return redis.zrange(key, 0, "-1", "WITHSCORES");
    if (type === "stream") return (await redis.xrange(key, "-", "+")).map(named).toSorted();
    return redis.get(key);
  };
  const keys = await redis.keys("*");
  const all = await Promise.all(keys.map(async (key) => named([key, await read(key)])));
  return all.toSorted();
}

test("jobs that are added at once are in Redis as if each had been added by BullMQ alone", async () => {
  const kinds: Readonly<Record<string, JobsOptions>> = {
    plain: {},
    urgent: { priority: 3 },
    later: { delay: 3_600_000 },
    only: { deduplication: { id: "only" } },
    "only again": { deduplication: { id: "only" } },
    last: { attempts: 4 },
  };
  const [alone, jointly] = [await openQueue(), await openQueue()];
  const idsOf = () => new Map(Object.keys(kinds).map((name) => [name, createRandomId()]));
  const [aloneIds, jointIds] = [idsOf(), idsOf()];
  for (const [name, options] of Object.entries(kinds)) {
    await alone.queue.add("divide", data, { ...options, jobId: aloneIds.get(name) ?? "" });
  }
  const added = await Promise.all(
    Object.entries(kinds).map(([name, options]) =>
      add(jointly, { ...options, jobId: jointIds.get(name) ?? "" }),
    ),
  );
  expect(added[4]?.job.id).toBe(jointIds.get("only"));
  expect(await readAll(jointly.redis, jointIds)).toEqual(await readAll(alone.redis, aloneIds));
});

test("plain jobs that are added at once take one command, in their order", async () => {
  const { queue, redis } = await openQueue();
  await add({ queue, redis }, { jobId: createRandomId() });
  await queue.drain();
  await redis.config("RESETSTAT");
  const ids = Array.from({ length: 40 }, createRandomId);
  const added = await Promise.all(ids.map((jobId) => add({ queue, redis }, { jobId })));
  expect(added.every(({ isNew }) => isNew)).toBe(true);
  expect(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1]).toBe("1");
  expect(await redis.lrange(queue.toKey("wait"), 0, -1)).toEqual(ids.toReversed());
});

test("only a job that Redis had none of before is told as new", async () => {
  const opened = await openQueue();
  const [first, second] = [createRandomId(), createRandomId()];
  await add(opened, { jobId: first });
  const added = await Promise.all([first, second, second].map((jobId) => add(opened, { jobId })));
  expect(added.map(({ isNew }) => isNew)).toEqual([false, true, false]);
  expect(await opened.redis.llen(opened.queue.toKey("wait"))).toBe(2);
});

test("a job that Redis refuses keeps none of those that are added with it", async () => {
  const { queue, redis } = await openQueue();
  const [wrong, right, last] = [createRandomId(), createRandomId(), createRandomId()];
  await redis.lpush(queue.toKey(wrong), "no job");
  const added = await Promise.allSettled(
    [wrong, right, last].map((jobId) => add({ queue, redis }, { jobId })),
  );
  expect(added.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(added[0]).toMatchObject({ reason: { message: expect.stringMatching(/WRONGTYPE/) } });
  expect(await redis.exists(queue.toKey(last))).toBe(1);
});
