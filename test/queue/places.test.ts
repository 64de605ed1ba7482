import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { leaveEndedPlaces } from "../../src/queue/client-jobs.ts";
import { ClientFullError, createPlaces } from "../../src/queue/places.ts";
import { createClientTag } from "../../src/queue/client-tag.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ownRedis } from "../support/redis.ts";

const secret = Buffer.alloc(32, 7);
const never = new Promise<never>(() => undefined);
const filling = { known: false, isOther: false, stored: undefined };

const addNothing = () => never;

/** Places in a Redis that answers so to everything. */
function openPlaces(answer: () => Promise<never>, limit: number) {
  return createPlaces({
    ask: answer,
    toKey: (name) => `q:${name}`,
    limit,
  });
}

test.each([
  { limit: 100, added: 8 },
  { limit: 3, added: 3 },
])(
  "jobs are added beside counting them, without another round trip, but only so many of one client: $added where it may have $limit",
  async ({ limit, added }) => {
    const asked = Array.from({ length: 50 }, () => Promise.withResolvers<void>());
    const counts = { added: 0, asked: 0 };
    const places = openPlaces(() => {
      asked[counts.asked]?.resolve();
      counts.asked += 1;
      return never;
    }, limit);
    for (const id of asked.keys()) {
      void places.fill("203.0.113.1", String(id), () => {
        counts.added += 1;
        return never;
      });
    }
    await Promise.all(asked.map(({ promise }) => promise));
    expect(counts).toEqual({ added, asked: 50 });
  },
);

test("a job and its count reach Redis in one piece", async () => {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis);
  const ask = <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => call(queue, redis);
  const toKey = (name: string) => queue.toKey(name);
  const places = createPlaces({ ask, toKey, limit: 1_000 });
  const add = async () => {
    const id = createRandomId();
    await places.fill("203.0.113.1", id, async () => {
      await queue.add("quotient", {}, { jobId: id });
      return filling;
    });
  };
  const countReads = async () =>
    Number(/^total_reads_processed:(\d+)/m.exec(await redis.info("stats"))?.[1]);
  await add();
  const before = await countReads();
  for (let n = 0; n < 100; n += 1) await add();
  // A few are not of the jobs, such as the question itself; sent apart they were 170.
  expect((await countReads()) - before).toBeLessThanOrEqual(110);
});

test("a job that was added is not refused because it could not be counted, and the next one is", async () => {
  const places = openPlaces(async () => {
    throw new Error("OOM command not allowed");
  }, 3);
  const fill = () => places.fill("203.0.113.1", "a", async () => filling);
  expect(await fill()).toBe(filling);
  await expect(fill()).rejects.toThrow(/^OOM/);
  expect(await places.fill("203.0.113.2", "b", async () => filling)).toBe(filling);
});

test("a client that is full is looked through for jobs that ended once in a while, however often it asks", async () => {
  let looks = 0;
  const redis = {
    // Full, whoever asks.
    eval: async () => 4,
    zcard: async () => 3,
    zrange: async () => {
      looks += 1;
      return [];
    },
    pipeline: () => ({ exec: async () => [] }),
  };
  const places = createPlaces({
    ask: (call) => call({} as unknown as Queue, redis as unknown as Redis),
    toKey: (name) => `q:${name}`,
    limit: 1,
  });
  void places.fill("203.0.113.1", "a", addNothing).catch(() => undefined);
  const startedAt = performance.now();
  for (let n = 0; n < 100; n += 1) {
    await expect(places.fill("203.0.113.1", String(n), addNothing)).rejects.toThrow(
      ClientFullError,
    );
  }
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 250);
});

test("what stands for a client in Redis follows from its address and the secret", () => {
  const tag = createClientTag(secret, "203.0.113.1");
  expect(tag).toBe(createClientTag(secret, "203.0.113.1"));
  expect(tag).not.toBe(createClientTag(secret, "203.0.113.2"));
  expect(tag).not.toBe(createClientTag(Buffer.alloc(32, 8), "203.0.113.1"));
});

test("of more jobs than are looked at, those that have ended are found among the oldest", async () => {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const keys = { client: "q:client:a", jobs: "q:" };
  const writing = redis.pipeline();
  for (let index = 0; index < 5_000; index += 1) {
    writing.zadd(keys.client, 1_000 + index, `job${index}`);
    writing.hset(`q:job${index}`, "name", "slow", ...(index < 10 ? ["finishedOn", "1"] : []));
  }
  await writing.exec();
  expect(await leaveEndedPlaces(redis, keys)).toBe(10);
  expect(await redis.zcard(keys.client)).toBe(4_990);
  expect(await leaveEndedPlaces(redis, keys)).toBe(0);
});

test("a place of a job that is gone is given back, whichever way the clock of its producer was wrong", async () => {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const keys = { client: "q:client:a", jobs: "q:" };
  const now = Date.now();
  await redis.zadd(keys.client, now - 3_600_000, "late", now, "now", now + 3_600_000, "early");
  expect(await leaveEndedPlaces(redis, keys)).toBe(2);
  expect(await redis.zrange(keys.client, 0, "-1")).toEqual(["now"]);
});
