import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { addJointly } from "../../src/queue/joint-adds.ts";
import { ClientFullError, type WantedPlace } from "../../src/queue/places.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ownRedis } from "../support/redis.ts";

async function openQueue(): Promise<{ readonly queue: Queue; readonly redis: Redis }> {
  const { url } = await ownRedis();
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { queue: createQueue(redis), redis };
}

const data = { x: 1, y: 2 };
const add = (
  { queue, redis }: { queue: Queue; redis: Redis },
  options: JobsOptions,
  place?: WantedPlace,
) => addJointly(queue, redis, { name: "divide", data, options, place });

/** Places of a client, and of how many jobs each of its own was told to be one. */
function openPlaces(queue: Queue, name: string, limit: number) {
  const counts: number[] = [];
  const client = queue.toKey(`client:${name}`);
  return { client, limit, counts, counted: (count: number) => void counts.push(count) };
}

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
  const various: Readonly<Record<string, JobsOptions>> = {
    plain: {},
    urgent: { priority: 3 },
    later: { delay: 3_600_000 },
    only: { deduplication: { id: "only" } },
    "only again": { deduplication: { id: "only" } },
    last: { attempts: 4 },
  };
  const [alone, jointly] = [await openQueue(), await openQueue()];
  const idsOf = () => new Map(Object.keys(various).map((name) => [name, createRandomId()]));
  const [aloneIds, jointIds] = [idsOf(), idsOf()];
  for (const [name, options] of Object.entries(various)) {
    await alone.queue.add("divide", data, { ...options, jobId: aloneIds.get(name) ?? "" });
  }
  const added = await Promise.all(
    Object.entries(various).map(([name, options]) =>
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

test("jobs that are added at once take the places of their clients, in their order, by the same command", async () => {
  const opened = await openQueue();
  const { queue, redis } = opened;
  const [one, other] = [openPlaces(queue, "one", 2), openPlaces(queue, "other", 2)];
  const known = createRandomId();
  await add(opened, { jobId: known }, one);
  await redis.config("RESETSTAT");
  const wanted = [
    { jobId: known, place: one },
    { jobId: createRandomId(), place: one },
    { jobId: createRandomId(), place: one },
    { jobId: createRandomId(), place: other },
    { jobId: createRandomId(), place: undefined },
  ];
  const added = await Promise.allSettled(
    wanted.map(({ jobId, place }) => add(opened, { jobId }, place)),
  );
  expect(
    added.map((each) => (each.status === "fulfilled" ? each.value.isNew : each.reason)),
  ).toEqual([false, true, new ClientFullError(2), true, true]);
  expect(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1]).toBe("1");
  expect([one.counts, other.counts]).toEqual([[1, 2, 3], [1]]);
  expect(new Set(await redis.zrange(one.client, 0, "-1"))).toEqual(
    new Set([known, wanted[1]?.jobId]),
  );
  expect(await redis.zcard(other.client)).toBe(1);
  expect(await redis.ttl(one.client)).toBeGreaterThan(86_000);
  expect(await redis.exists(queue.toKey(wanted[2]?.jobId ?? ""))).toBe(0);
});

test("a place goes back at once where another job stands for the one that was to have it", async () => {
  const opened = await openQueue();
  const place = openPlaces(opened.queue, "one", 2);
  const only = { deduplication: { id: "only" } };
  const all = [only, only, only, {}];
  const added = await Promise.all(
    all.map((options) => add(opened, { ...options, jobId: createRandomId() }, place)),
  );
  expect(added.map(({ isNew }) => isNew)).toEqual([true, false, false, true]);
  const [first, , , last] = added;
  expect(new Set(await opened.redis.zrange(place.client, 0, "-1"))).toEqual(
    new Set([first?.job.id, last?.job.id]),
  );
});

test("a job that has its place already, without being in the queue, is added though its client is full", async () => {
  const opened = await openQueue();
  const place = openPlaces(opened.queue, "one", 1);
  const id = createRandomId();
  await opened.redis.zadd(place.client, Date.now(), id);
  expect((await add(opened, { jobId: id }, place)).isNew).toBe(true);
  expect(place.counts).toEqual([1]);
});

const kinds: Readonly<Record<string, JobsOptions>> = {
  "to start at once": {},
  "to start later": { delay: 3_600_000 },
  "by priority": { priority: 3 },
};

test.each(Object.entries(kinds))(
  "of jobs %s, only one that Redis had none of before is told as new and takes a place",
  async (_, options) => {
    const opened = await openQueue();
    const place = openPlaces(opened.queue, "one", 2);
    const [first, second, third] = [createRandomId(), createRandomId(), createRandomId()];
    await add(opened, { ...options, jobId: first }, place);
    const added = await Promise.all(
      [first, second, second].map((jobId) => add(opened, { ...options, jobId }, place)),
    );
    expect(added.map(({ isNew }) => isNew)).toEqual([false, true, false]);
    await expect(add(opened, { ...options, jobId: third }, place)).rejects.toThrow(ClientFullError);
    expect(await opened.queue.getJobCountByTypes()).toBe(2);
  },
);

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

test("a job whose unique key another one has is told as that one, and not as new", async () => {
  const opened = await openQueue();
  const [holder, other] = [createRandomId(), createRandomId()];
  const deduplication = { id: "only" };
  expect(await add(opened, { jobId: holder, deduplication })).toMatchObject({ isNew: true });
  const { job, isNew } = await add(opened, { jobId: other, deduplication });
  expect([job.id, isNew]).toEqual([holder, false]);
});
