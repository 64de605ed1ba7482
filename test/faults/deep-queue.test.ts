import { expect, onTestFinished } from "vitest";
import { createQueue } from "../../src/queue/queue.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { untilReady } from "../support/client.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { addMany } from "./bulk.ts";
import { fault } from "./fault.ts";
import { tellProgress } from "./progress.ts";

fault<{ readonly jobs: number }>(
  {
    id: "F13",
    name: "many jobs wait",
    short: { jobs: 20_000, timeoutMs: 60_000 },
    full: { jobs: 1_000_000, timeoutMs: 300_000 },
  },
  async ({ jobs }, measure) => {
    const redis = await ownRedis();
    const client = openRedis({ url: redis.url, password: undefined }, "background");
    client.on("error", () => undefined);
    onTestFinished(() => client.disconnect());
    const queue = createQueue(client);
    const producer = await spawnProducer(redis.url);
    await untilReady(producer.url);
    let added = 0;
    tellProgress(
      "F13",
      () => `${added.toLocaleString("en")} of ${jobs.toLocaleString("en")} jobs added`,
    );

    const { used: empty } = await readMemory(client);
    await addMany(queue, client, jobs, (sofar) => {
      added = sofar;
    });
    const { used } = await readMemory(client);
    const label = `${jobs.toLocaleString("en")} jobs`;
    // The sizing rule: 1 KB for a job and what its input takes, here less than 50 bytes.
    measure.atMost(`${label}: memory of a job`, 1_000, (used - empty) / jobs, "B");

    const countMs = await medianOf(20, () => queue.getJobCounts());
    measure.atMost(`${label}: their counts by state, median`, 10, countMs, "ms");
    const scrapeMs = await medianOf(20, async () => {
      const scrape = await (await fetch(`${producer.metricsUrl}/metrics`)).text();
      expect(scrape).toContain(`state="waiting"} ${jobs}\n`);
    });
    measure.atMost(`${label}: a scrape of the producer's metrics, median`, 100, scrapeMs, "ms");

    await redis.signal("SIGKILL");
    const killedAt = performance.now();
    await redis.start();
    measure.atMost(`${label}: restart of Redis`, 10, (performance.now() - killedAt) / 1_000, "s");
    const kept = await until("the queue", () => queue.getWaitingCount());
    measure.exactly(`${label}: lost by it`, 0, jobs - kept);
  },
);

/** Milliseconds that a call takes. */
async function medianOf(times: number, call: () => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    await call();
    durations.push(performance.now() - startedAt);
  }
  return durations.toSorted((one, other) => one - other)[Math.floor(times / 2)] ?? Number.NaN;
}
