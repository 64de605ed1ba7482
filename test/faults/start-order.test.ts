import { expect } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { postJson, readBody, untilFinal, untilReady } from "../support/client.ts";
import { launchProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

type Part = "redis" | "producer" | "worker";

fault<{ readonly orders: readonly (readonly Part[])[] }>(
  {
    id: "F19",
    name: "Redis, producer and worker start in any order",
    short: { orders: [["worker", "producer", "redis"]], timeoutMs: 60_000 },
    full: {
      orders: [
        ["redis", "producer", "worker"],
        ["redis", "worker", "producer"],
        ["producer", "redis", "worker"],
        ["worker", "redis", "producer"],
        ["producer", "worker", "redis"],
        ["worker", "producer", "redis"],
      ],
      timeoutMs: 180_000,
    },
  },
  async ({ orders }, measure) => {
    const waits: number[] = [];
    tellProgress("F19", () => `${waits.length} of ${orders.length} orders`);
    for (const order of orders) waits.push(await startInOrder(order));
    measure.exactly("orders in which a job succeeds", orders.length, waits.length);
    measure.atMost("both ready after the last start, slowest", 2, Math.max(...waits), "s");
  },
);

/** Seconds from the last start until producer and worker say that they are ready. */
async function startInOrder(order: readonly Part[]): Promise<number> {
  const redis = await ownRedis();
  await redis.signal("SIGKILL");
  const urls: Partial<Record<Part, string>> = {};
  const start: Record<Part, () => Promise<void>> = {
    redis: () => redis.start(),
    producer: async () => void (urls.producer = (await launchProducer(redis.url)).url),
    worker: async () => void (urls.worker = (await spawnWorker(redis.url)).metricsUrl),
  };
  for (const part of order) {
    // A producer that has never seen Redis must not keep a client waiting.
    if (part === "redis" && urls.producer !== undefined) await expectRefusal(urls.producer);
    await start[part]();
  }
  const startedAt = performance.now();
  const { producer: url = "", worker = "" } = urls;
  for (const service of [url, worker]) {
    await untilReady(service);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const ledger = openLedger({ url, redisUrl: redis.url });
  const id = await ledger.submit("quotient", { x: 9, y: 3, delayMs: 0 });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: 3 });
  return seconds;
}

async function expectRefusal(url: string): Promise<void> {
  const body = { task: "quotient", input: { x: 9, y: 3, delayMs: 0 } };
  const response = await postJson(`${url}${paths.api}`, body);
  expect([response.status, (await readBody(response)).kind]).toEqual([503, "not_ready"]);
}
