import { randomUUID } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import {
  callbacksKey,
  settleCallback,
  takeCallbacks,
  watchCallback,
} from "../../src/queue/callback-scripts.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { callBack } from "../../src/queue/job-callback.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { until } from "../support/until.ts";

const url = "https://example.com/hook";
const heldMs = 60_000;
const most = 64;

function open() {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const queue = createQueue(redis, `test-${randomUUID()}`);
  const end = async (id: string, finishedOn: number) => {
    const opts = JSON.stringify(callBack(url));
    await redis.hset(queue.toKey(id), { opts, finishedOn, timestamp: finishedOn - 10 });
    await watchCallback(queue, redis, id);
  };
  const take = async (ids: readonly string[] = [], forMs = heldMs) =>
    (await takeCallbacks(queue, redis, { heldMs: forMs, most, ids })).taken;
  return { redis, queue, end, take };
}

const failed = (end: number) => ({ state: "retrying", tries: 1, at: end, end }) as const;

test("an end that is heard of late does not cut short the wait after a failed try", async () => {
  const { redis, queue, end, take } = open();
  await end("a", 1_000);
  const [taken] = await take(["a"]);
  const settlement = {
    kind: "retrying",
    waitMs: 60_000,
    note: failed(1_000),
    summary: "",
  } as const;
  expect(await settleCallback(queue, redis, taken!, settlement)).toBe(true);
  expect(await take(["a"])).toEqual([]);
  // Another end of the job, which somebody has retried, is told at once.
  await end("a", 2_000);
  expect(await take(["a"])).toMatchObject([{ id: "a", endedAt: 2_000, tries: 0 }]);
});

test("what one producer has in hand no other gets, until its time is over", async () => {
  const { end, take } = open();
  await end("a", 1_000);
  expect(await take(["a"])).toHaveLength(1);
  expect([await take(["a"]), await take()]).toEqual([[], []]);
  await end("b", 1_000);
  expect(await take(["b"], 1)).toHaveLength(1);
  const [taken] = await until("its time to be over", async () => {
    const found = await take();
    return found.length > 0 && found;
  });
  expect(taken).toMatchObject({ id: "b", url });
});

test("a producer whose time was over changes nothing of what another has in hand", async () => {
  const { redis, queue, end, take } = open();
  await end("a", 1_000);
  const [slow] = await take([], 1);
  const [quick] = await until("its time to be over", async () => {
    const found = await take();
    return found.length > 0 && found;
  });
  const held = await redis.zscore(callbacksKey(queue), "a");
  const later = { kind: "retrying", waitMs: 1, note: failed(1_000), summary: "" } as const;
  await settleCallback(queue, redis, slow!, later);
  await settleCallback(queue, redis, slow!, { kind: "gone" });
  expect(await redis.zscore(callbacksKey(queue), "a")).toBe(held);
  await settleCallback(queue, redis, quick!, { kind: "gone" });
  expect(await redis.zscore(callbacksKey(queue), "a")).toBeNull();
});
