import { randomUUID } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import { callbackLimits } from "../../src/contract/callbacks.ts";
import { noteHandRetry } from "../../src/queue/attempt-scripts.ts";
import { callbacksKey } from "../../src/queue/callback-keys.ts";
import { settleCallback } from "../../src/queue/callback-settlements.ts";
import { type TakenCallback, takeCallbacks } from "../../src/queue/callback-takings.ts";
import { watchCallback } from "../../src/queue/callback-watch.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { callBack, readCallbackNote, retryField } from "../../src/queue/job-callback.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const url = "https://example.com/hook";
const { mostLate } = callbackLimits;
const heldMs = 60_000;
const most = 64;

function open(redisUrl = inject("redisUrl")) {
  const redis = openRedis({ url: redisUrl, password: undefined }, "background");
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
  expect(await settleCallback(queue, redis, taken!, settlement)).toBe("noted");
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

/** A callback that one producer had in hand for too long, so that another one has it now. */
async function openOvertaken() {
  const { redis, queue, end, take } = open();
  await end("a", 1_000);
  const [slow] = await take([], 1);
  const [quick] = await until("its time to be over", async () => {
    const found = await take();
    return found.length > 0 && found;
  });
  const settleBy =
    (taken: TakenCallback | undefined) =>
    (state: "delivered" | "retrying" | "given_up", tries: number) => {
      const note = { ...failed(1_000), state, tries };
      const settlement =
        state === "retrying"
          ? ({ kind: state, waitMs: 1, note, summary: "" } as const)
          : ({ kind: state, note } as const);
      return settleCallback(queue, redis, taken!, settlement);
    };
  const noted = async () => {
    const { state, tries } = (await readCallbackNote(queue, redis, "a")) ?? {};
    return [state, tries];
  };
  const dueAt = () => redis.zscore(callbacksKey(queue), "a");
  const countLate = () => redis.zcard(queue.toKey("callbacks-late"));
  const bySlow = settleBy(slow);
  return { redis, queue, slow, quick, bySlow, byQuick: settleBy(quick), noted, dueAt, countLate };
}

test("a producer whose time was over changes nothing of what another has in hand", async () => {
  const { redis, queue, slow, bySlow, byQuick, noted, dueAt } = await openOvertaken();
  const held = await dueAt();
  expect(await bySlow("retrying", 1)).toBe("overtaken");
  expect(await bySlow("given_up", 1)).toBe("overtaken");
  expect(await settleCallback(queue, redis, slow!, { kind: "gone" })).toBe("overtaken");
  expect([await dueAt(), await noted()]).toEqual([held, [undefined, undefined]]);
  expect(await byQuick("retrying", 2)).toBe("noted");
  expect(await bySlow("given_up", 1)).toBe("overtaken");
  expect(await noted()).toEqual(["retrying", 2]);
});

test("an end that one producer has told stays told, whatever another one says that is late", async () => {
  const { bySlow, byQuick, noted, dueAt } = await openOvertaken();
  expect(await byQuick("delivered", 2)).toBe("noted");
  expect([await bySlow("retrying", 1), await bySlow("given_up", 1)]).toEqual([
    "overtaken",
    "overtaken",
  ]);
  expect([await noted(), await dueAt()]).toEqual([["delivered", 2], null]);
});

test.each(["retrying", "given_up"] as const)(
  "an end that was told late is told to nobody again, though whoever has it now says %s",
  async (state) => {
    const { bySlow, byQuick, noted, dueAt, countLate } = await openOvertaken();
    const held = await dueAt();
    expect([await bySlow("delivered", 1), await dueAt()]).toEqual(["noted", held]);
    expect(await byQuick(state, 2)).toBe("overtaken");
    expect([await noted(), await dueAt(), await countLate()]).toEqual([["delivered", 1], null, 0]);
  },
);

test("what became of a callback is noted while Redis is full, so that nobody is told again", async () => {
  const { redis, queue, end, take } = open((await ownRedis()).url);
  for (const id of ["a", "b"]) await end(id, 1_000);
  const [told, later] = await take();
  await redis.config("SET", "maxmemory", "1mb");
  await expect(redis.set(queue.toKey("full"), "text")).rejects.toThrow("OOM");
  const note = { ...failed(1_000), state: "delivered" } as const;
  await settleCallback(queue, redis, told!, { kind: "delivered", note });
  await settleCallback(queue, redis, later!, { kind: "later", waitMs: 3_600_000 });
  expect(await readCallbackNote(queue, redis, told!.id)).toEqual(note);
  const [waiting, ...others] = await redis.zrange(callbacksKey(queue), "0", "-1", "WITHSCORES");
  expect([waiting, others.length]).toEqual([later!.id, 1]);
  expect(Number(others[0])).toBeGreaterThan(Date.now() + 600_000);
});

/** A callback of a job that has failed, which was told of that. */
async function openTold() {
  const { redis, queue, take, ...world } = open();
  await queue.add("quotient", {}, { jobId: "A", ...callBack(url) });
  await redis.lrem(queue.toKey("wait"), 1, "A");
  await redis.zadd(queue.toKey("failed"), 1_000, "A");
  await world.end("A", 1_000);
  const [taken] = await take();
  const note = { ...failed(1_000), state: "delivered" } as const;
  await settleCallback(queue, redis, taken!, { kind: "delivered", note });
  const dueAt = () => redis.zscore(callbacksKey(queue), "A");
  const look = () => redis.zadd(callbacksKey(queue), "XX", 1, "A").then(() => take());
  return { ...world, redis, queue, take, dueAt, look };
}

test("an end that was told is not told again to who looks while somebody retries its job", async () => {
  const { redis, queue, take, end, dueAt, look } = await openTold();
  expect(await noteHandRetry(queue, redis, { id: "A", state: "failed" })).toBe(true);
  expect([await take(), await take(["A"])]).toEqual([[], []]);
  expect(Number(await dueAt())).toBeGreaterThan(Date.now());
  await end("A", 2_000);
  expect(await take()).toMatchObject([{ id: "A", endedAt: 2_000, tries: 0 }]);
  // Whoever was to retry it has died before that.
  const { redis: another, queue: other, ...told } = await openTold();
  await noteHandRetry(other, another, { id: "A", state: "failed" });
  expect(await told.look()).toEqual([]);
  expect(Number(await told.dueAt())).toBeGreaterThan(Date.now() + 1_000);
  await another.hset(other.toKey("A"), retryField, "1000 1");
  expect([await told.look(), await told.dueAt()]).toEqual([[], null]);
  // Here the first end had been told to nobody.
  await redis.zadd(callbacksKey(queue), Date.now() + 3_600_000, "A");
  await noteHandRetry(queue, redis, { id: "A", state: "failed" });
  expect(Number(await dueAt())).toBeLessThan(Date.now() + 600_000);
  expect(await look()).toMatchObject([{ id: "A", endedAt: 2_000 }]);
});

test("the next end of a job is waited for from when BullMQ has retried it", async () => {
  const { queue, dueAt } = await openTold();
  expect(await dueAt()).toBeNull();
  const job = await queue.getJob("A");
  await job!.retry("failed");
  expect(Number((await dueAt()) ?? Number.NaN)).toBeLessThanOrEqual(Date.now());
});

test("a job whose end is told while somebody is about to retry it is looked at after that", async () => {
  const { redis, queue, end, dueAt, take } = await openTold();
  await end("A", 2_000);
  await noteHandRetry(queue, redis, { id: "A", state: "failed" });
  const [taken] = await take();
  const note = { ...failed(2_000), state: "delivered" } as const;
  await settleCallback(queue, redis, taken!, { kind: "delivered", note });
  expect(Number(await dueAt())).toBeGreaterThan(Date.now() + 1_000);
});

const heldUntil = 2_000.5;

function inHand(owner: string, id: string): TakenCallback {
  const end = { endedAt: 1_000, ending: "1000", tries: 0, summary: "{}" };
  return { id, url, owner, ...end, trace: {}, held: String(heldUntil) };
}

/** The first try of many callbacks fails; `fail` returns how many of them are to be tried again. */
function openLate() {
  const { redis, queue } = open();
  const fail = async (owner: string, ids: readonly string[]) => {
    const entries = ids.flatMap((id) => [heldUntil, id]);
    await redis.zadd(callbacksKey(queue), ...entries);
    const settlement = { kind: "retrying", waitMs: 0, note: failed(1_000), summary: "" } as const;
    const noted = await Promise.all(
      ids.map((id) => settleCallback(queue, redis, inHand(owner, id), settlement)),
    );
    return noted.filter((settled) => settled === "noted").length;
  };
  const settle = async (owner: string, ids: readonly string[]) => {
    await redis.zadd(callbacksKey(queue), ...ids.flatMap((id) => [heldUntil, id]));
    const gone = { kind: "gone" } as const;
    await Promise.all(ids.map((id) => settleCallback(queue, redis, inHand(owner, id), gone)));
  };
  const counts = () => redis.hgetall(queue.toKey("callbacks-late-of"));
  return { redis, queue, fail, settle, counts };
}

const idsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

test("a client whose callbacks all fail leaves room for those of others to be tried again", async () => {
  const { redis, queue, fail } = openLate();
  const others = idsOf("other", mostLate - 100).flatMap((id) => [1_000, id]);
  await redis.zadd(queue.toKey("callbacks-late"), ...others);
  expect(await fail("greedy", idsOf("g", 60))).toBe(50);
  expect(await fail("modest", idsOf("m", 20))).toBe(20);
  expect(await fail("greedy", idsOf("more", 10))).toBe(0);
});

test("what a client has waiting for another try is counted once, and no longer than it waits", async () => {
  const { redis, queue, fail, settle, counts } = openLate();
  await fail("one", ["a", "b", "c"]);
  await fail("other", ["d"]);
  await fail("one", ["a", "a"]);
  expect(await counts()).toEqual({ one: "3", other: "1" });
  // Removed, and submitted anew by another client.
  await fail("other", ["a"]);
  expect(await counts()).toEqual({ one: "2", other: "2" });
  await settle("one", ["a", "d"]);
  await settle("one", ["a", "b"]);
  expect(await counts()).toEqual({ one: "1" });
  // An older release counts nothing.
  await redis.hset(queue.toKey("callback:old"), { url, owner: "one" });
  await redis.zadd(queue.toKey("callbacks-late"), 1_000, "old");
  await settle("one", ["old"]);
  expect(await counts()).toEqual({ one: "1" });
  await settle("one", ["c"]);
  expect(await counts()).toEqual({});
});
