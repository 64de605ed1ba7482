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

/** Adds succeeded jobs, the oldest first; without an owner each has its own. */
async function addEnded(
  queue: Queue,
  redis: Redis,
  {
    name,
    count,
    bytes,
    owner = "",
  }: { name: string; count: number; bytes: number; owner?: string },
): Promise<void> {
  const from = Date.now() - 2 * 3_600_000;
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
  await addEnded(queue, redis, { name: "large", count: 120, bytes: 64_000, owner: "flood" });
  // Two thirds of 12 MB, of which ended jobs may have 10.5: of a hundred draws often none is of the flood.
  const remove = createEarlyRemoval(queue, redis);
  for (let sweep = 0; sweep < 10; sweep += 1) {
    await remove({ used: 0, limit: 30_000_000 }, noEvents);
    expect(await countOf(queue, redis, "small")).toBe(small);
  }
});
