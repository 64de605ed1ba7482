import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { untilReady } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault, type Measure } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

fault<{ readonly outages: readonly number[] }>(
  {
    id: "F8",
    name: "Redis is away from an idle worker",
    short: { outages: [2], timeoutMs: 60_000 },
    full: { outages: [2, 20, 60], timeoutMs: 180_000 },
  },
  async ({ outages }, measure) => {
    const judged: number[] = [];
    tellProgress("F8", () => `outages of ${outages.join()} s at once, judged: ${judged.join()}`);
    await Promise.all(
      outages.map(async (seconds) => {
        await outage(seconds, measure);
        judged.push(seconds);
      }),
    );
  },
);

async function outage(seconds: number, measure: Measure): Promise<void> {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  const worker = await spawnWorker(redis.url);
  await untilReady(worker.metricsUrl);
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  await ledger.submitMany(1, 0);
  await ledger.untilDrained(20_000);
  await redis.signal("SIGKILL");
  await sleep(seconds * 1_000);
  const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  expect(scrape).toContain('taskqueue_redis_connection_up{client="worker"} 0');
  expect(scrape).not.toContain("taskqueue_queue_jobs{");
  expect(
    Number(/_redis_reconnects_total\{client="worker"\} (\d+)/.exec(scrape)?.[1]),
  ).toBeGreaterThan(4);
  const logged = worker.output().trimEnd().split("\n");
  expect(logged.filter((line) => !line.startsWith("{"))).toEqual([]);
  measure.exactly(
    `${seconds} s away: lines of the worker's two connections about it`,
    2,
    logged.filter((line) => line.includes("redis is not reachable")).length,
  );
  await redis.start();
  const upAt = performance.now();
  await ledger.submitMany(1, 0);
  await ledger.untilDrained(90_000);
  const resumed = (performance.now() - upAt) / 1_000;
  measure.atMost(`${seconds} s away: first job after it is up`, 2, resumed, "s");
}
