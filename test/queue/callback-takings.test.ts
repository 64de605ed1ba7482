import { randomUUID } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import { callbacksKey } from "../../src/queue/callback-keys.ts";
import { takeCallbacks } from "../../src/queue/callback-takings.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { callBack } from "../../src/queue/job-callback.ts";
import { createQueue } from "../../src/queue/queue.ts";

const opts = JSON.stringify(callBack("https://example.com/hook"));
const inFiveMinutes = () => Date.now() + 300_000;

function open() {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  const add = async (ids: readonly string[], dueAt: number, more: object) => {
    const writing = redis.pipeline();
    for (const id of ids) {
      writing.hset(queue.toKey(id), { opts, timestamp: Date.now() - 60_000, ...more });
      writing.zadd(callbacksKey(queue), dueAt, id);
    }
    await writing.exec();
  };
  const take = (ids: readonly string[] = []) =>
    takeCallbacks(queue, redis, { heldMs: 60_000, most: 64, ids });
  return { add, take };
}

const idsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

test("of more jobs that end at once than are taken, the others are found by the next looks", async () => {
  const { add, take } = open();
  const ids = idsOf("ended", 200);
  await add(ids, inFiveMinutes(), { finishedOn: Date.now() });
  const found = [await take(ids), await take(), await take(), await take()];
  expect(found.map(({ taken, hasMore }) => [taken.length, hasMore])).toEqual([
    [64, true],
    [64, true],
    [64, true],
    [8, false],
  ]);
  expect(new Set(found.flatMap(({ taken }) => taken.map(({ id }) => id))).size).toBe(200);
});

test("jobs that have not ended take no place from those that have, and say that there is more", async () => {
  const { add, take } = open();
  await add(idsOf("waiting", 400), 1_000, {});
  await add(["ended"], 2_000, { finishedOn: Date.now() });
  const first = await take();
  expect([first.taken.length, first.hasMore]).toEqual([0, true]);
  const second = await take();
  expect([second.taken.map(({ id }) => id), second.hasMore]).toEqual([["ended"], false]);
});
