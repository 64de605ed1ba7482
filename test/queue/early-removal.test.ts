import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createEarlyRemoval } from "../../src/queue/early-removal.ts";
import { createQueue } from "../../src/queue/queue.ts";

const noEvents = { count: 0, bytes: 0 };
const small = 15_000;

function open() {
  const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  return { redis, queue: createQueue(redis, `test-${randomUUID()}`) };
}

const addScript = `
for n = 1, tonumber(ARGV[3]) do
  local id = ARGV[2] .. "-" .. n
  local owner = ARGV[5] == "" and id or ARGV[5]
  redis.call("HSET", ARGV[1] .. id, "opts", '{"client":"' .. owner .. '"}', "returnvalue", string.rep("x", ARGV[4]))
  redis.call("ZADD", KEYS[1], ARGV[6] + n, id)
end
`;

interface Added {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
  /** Each has its own without one. */
  readonly owner?: string;
  readonly from?: number;
}

const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;

/** Adds succeeded jobs of which each ended a millisecond after the one before. */
async function addEnded(
  queue: Queue,
  redis: Redis,
  { name, count, bytes, owner = "", from = hoursAgo(3) }: Added,
): Promise<void> {
  const values = [queue.toKey(""), name, count, bytes, owner, from];
  await redis.eval(addScript, 1, queue.toKey("completed"), ...values);
  onTestFinished(async () => {
    const ids = Array.from({ length: count }, (_, n) => queue.toKey(`${name}-${n + 1}`));
    await redis.unlink(queue.toKey("completed"), ...ids);
  });
}

const countOf = async (queue: Queue, redis: Redis, name: string) =>
  (await redis.zrange(queue.toKey("completed"), 0, "-1")).filter((id) => id.startsWith(name))
    .length;

test("the few large results of a client that has most make room, sweep for sweep", async () => {
  const { queue, redis } = open();
  await addEnded(queue, redis, { name: "small", count: small, bytes: 20 });
  await addEnded(queue, redis, {
    name: "large",
    count: 120,
    bytes: 64_000,
    owner: "flood",
    from: hoursAgo(2),
  });
  // Two thirds of 12 MB, of which ended jobs may have 10.5: of a hundred draws often none is of the flood.
  const remove = createEarlyRemoval(queue, redis);
  for (let sweep = 0; sweep < 10; sweep += 1) {
    await remove({ used: 0, limit: 30_000_000 }, noEvents);
    expect(await countOf(queue, redis, "small")).toBe(small);
  }
});

test("nothing goes where all that is kept has room, and one large result is no flood", async () => {
  const { queue, redis } = open();
  await addEnded(queue, redis, { name: "small", count: 3_000, bytes: 700 });
  await addEnded(queue, redis, {
    name: "large",
    count: 1,
    bytes: 130_000,
    owner: "honest",
    from: hoursAgo(2),
  });
  const remove = createEarlyRemoval(queue, redis);
  expect(await remove({ used: 0, limit: 12_000_000 }, noEvents)).toEqual({ count: 0, young: 0 });
  for (let sweep = 0; sweep < 5; sweep += 1) {
    await remove({ used: 0, limit: 3_000_000 - sweep * 500_000 }, noEvents);
  }
  expect(await countOf(queue, redis, "small")).toBeLessThan(1_500);
  expect(await countOf(queue, redis, "large")).toBe(1);
});
