import { expect, test } from "vitest";
import { startProducer } from "../../support/producer.ts";
import { maxRunMs, readHeldJobs } from "../../../src/worker/blocking/lock-renewal.ts";

test.each([
  ["a task, for as long as its limit", ["slow"], 90_000],
  ["several, for as long as the slowest", ["quick", "slow"], 90_000],
  ["the heartbeat, for as long as a lock lasts", ["_heartbeat"], 30_000],
  ["the heartbeat beside a quick task, likewise", ["quick", "_heartbeat"], 30_000],
])("a worker may be blocked by %s", (_, names, ms) => {
  const limits = new Map([
    ["quick", 1_000],
    ["slow", 90_000],
  ]);
  expect(maxRunMs(names, { limits, lockMs: 30_000 })).toBe(ms);
});

test("a worker's other jobs are held although the record of one is no hash", async () => {
  const { queue, redis } = await startProducer();
  await redis.lpush(queue.toKey("active"), "sound", "damaged", "foreign");
  await redis.hset(queue.toKey("sound"), { name: "quick" });
  await redis.set(queue.toKey("damaged"), "text");
  for (const [id, worker] of [
    ["sound", "w"],
    ["damaged", "w"],
    ["foreign", "v"],
  ]) {
    await redis.set(`${queue.toKey(id ?? "")}:lock`, `${worker}:1`);
  }

  expect(await readHeldJobs(queue, redis, "w")).toEqual([
    { id: "damaged", token: "w:1", name: "" },
    { id: "sound", token: "w:1", name: "quick" },
  ]);
});
