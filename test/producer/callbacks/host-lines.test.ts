import { expect, test } from "vitest";
import { createHostLines } from "../../../src/producer/callbacks/host-lines.ts";
import { callbacksKey } from "../../../src/queue/callback-keys.ts";
import { callBack } from "../../../src/queue/job-callback.ts";
import { startReceiver } from "../../support/callback-receiver.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";

const limits = { atOnceOfHost: 4, leastLaterMs: 500, mostLaterMs: 60_000 };
const dayMs = 86_400_000;

/** Lines by a clock of their own, with a request to "slow.test" under way for so long. */
function open(requestMs: number) {
  let now = 0;
  const lines = createHostLines(limits, () => now);
  lines.begin("slow.test");
  now = requestMs;
  const join = (count: number, ageMs: number) =>
    Array.from({ length: count }, () => lines.join("slow.test", ageMs));
  return { lines, join };
}

test("the longer a receiver hangs, the longer its callbacks wait, up to a minute", () => {
  for (const [ageMs, most] of [
    [0, 2_000],
    [20_000, 10_000],
    [dayMs, 60_000],
  ] as const) {
    const waits = open(10_000).join(1_000, ageMs).slice(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
  }
});

test("callbacks of a receiver that is quick, but has much to do, wait for no longer than its turns take", () => {
  const waits = open(20).join(1_000, dayMs);
  // Of 5 ms each.
  expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
  expect(Math.min(...waits.slice(0, 100))).toBe(limits.leastLaterMs);
});

test("callbacks of another receiver do not wait behind those of one that hangs", () => {
  const { lines, join } = open(10_000);
  join(1_000, dayMs);
  const end = lines.begin("other.test");
  expect(lines.join("other.test", dayMs)).toBe(limits.leastLaterMs);
  end();
  // Whose turns it waits for, and how long those take, nobody knows.
  expect(lines.join("other.test", 20_000)).toBeGreaterThanOrEqual(5_000);
});

test("callbacks that find no turn at a receiver that hangs are left alone for longer and longer", async () => {
  const hanging = await startReceiver(() => undefined);
  const { queue, redis } = await startProducer({
    callbacks: {
      secret: Buffer.alloc(32, "a").toString("base64"),
      allowed: "127.0.0.1",
      timeLimitMs: 600_000,
    },
  });
  const endedAt = Date.now() - dayMs;
  const writing = redis.pipeline();
  for (let i = 0; i < 200; i += 1) {
    const id = `ended${i}`;
    const opts = JSON.stringify(callBack(hanging.url));
    const times = { timestamp: endedAt, processedOn: endedAt, finishedOn: endedAt };
    writing.hset(queue.toKey(id), {
      name: "quotient",
      data: "{}",
      opts,
      returnvalue: "5",
      ...times,
    });
    writing.zadd(queue.toKey("completed"), endedAt, id);
    writing.zadd(callbacksKey(queue), endedAt, id);
  }
  await writing.exec();
  const leftAlone = await until("some of them to be left alone for over five seconds", async () => {
    const scores = await redis.zrange(callbacksKey(queue), "0", "-1", "WITHSCORES");
    const dueAt = scores.map(Number).filter(Number.isInteger);
    const count = dueAt.filter((at) => at > Date.now() + 5_000).length;
    return count > 50 && count;
  });
  expect(leftAlone).toBeGreaterThan(50);
});
