import { expect, onTestFinished, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { measureKept } from "../../src/queue/kept.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** Ended jobs may have 2.8 MB of it, which some 2,800 divisions fill. */
const maxmemory = 8 * 1024 * 1024;
const flooded = 6_000;
const connections = 16;

test("a flood of short jobs evicts its own results, and nobody else's or their keys", async () => {
  const redis = await ownRedis({ settings: { maxmemory: String(maxmemory) } });
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn", TRUST_PROXY: "true" });
  await spawnWorker(redis.url, { LOG_LEVEL: "warn" });
  const client = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => client.disconnect());
  const queue = createQueue(client);

  const submitAs = (address: string, x: number, key?: string) =>
    postJson(
      `${producer.url}${paths.api}`,
      { task: "quotient", input: { x, y: 1, delayMs: 0 } },
      { "x-forwarded-for": address, ...(key !== undefined && { "idempotency-key": key }) },
    );
  const honest = async (n: number) => {
    const response = await submitAs("203.0.113.2", n, `order-${n}`);
    return {
      id: (await readBody(response)).id,
      isReplay: response.headers.get("idempotency-replayed") === "true",
    };
  };
  const numbers = Array.from({ length: 10 }, (_, n) => n);
  const orders = await Promise.all(numbers.map(honest));
  for (const { id } of orders) await untilFinal(producer.url, id);

  let [taken, mostUsed] = [0, 0];
  const flood = async () => {
    while (taken < flooded) {
      const { status } = await submitAs("203.0.113.1", taken);
      if (status === 202) taken += 1;
      else await until("the worker to catch up", async () => (await queue.getWaitingCount()) < 100);
      if (taken % 20 === 0) mostUsed = Math.max(mostUsed, (await readMemory(client)).used);
    }
  };
  await Promise.all(Array.from({ length: connections }, flood));
  await until("the flood to end", async () => (await queue.getWaitingCount()) === 0);
  const isBounded = async () =>
    (await measureKept(queue, client)).succeeded.bytes < 0.36 * maxmemory;
  await until("what is kept to be bounded", isBounded);

  expect(await queue.getCompletedCount()).toBeLessThan(flooded / 2 + 1_000);
  expect(mostUsed).toBeLessThan(0.8 * maxmemory);
  for (const { id } of orders) {
    expect(await untilFinal(producer.url, id)).toMatchObject({ status: "succeeded" });
  }
  // A retry is told of the job that ran, and no second one runs.
  expect(await Promise.all(numbers.map(honest))).toEqual(
    orders.map(({ id }) => ({ id, isReplay: true })),
  );
});
