import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { createQueue } from "../../src/queue/queue.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { postJson, readBody } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { addMany } from "./bulk.ts";
import { fault } from "./fault.ts";
import { readJobs } from "./queue-jobs.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

fault<{ readonly megabytes: number; readonly fullSeconds: number }>(
  {
    id: "F12",
    name: "the memory of Redis is full",
    short: { megabytes: 8, fullSeconds: 3, timeoutMs: 120_000 },
    full: { megabytes: 12, fullSeconds: 15, timeoutMs: 180_000 },
  },
  async ({ megabytes, fullSeconds }, measure) => {
    const limit = megabytes * 1024 * 1024;
    const redis = await ownRedis({ settings: { maxmemory: String(limit) } });
    const producer = await spawnProducer(redis.url);
    const client = openRedis({ url: redis.url, password: undefined }, "background");
    onTestFinished(() => client.disconnect());
    const queue = createQueue(client);
    const usedShare = async () => (await readMemory(client)).used / limit;

    while ((await usedShare()) < 0.6) await addMany(queue, client, 100);
    // Well beyond the first refusal, as clients go.
    const refusals = new Set<string>();
    const clients = Array.from({ length: 8 }, async () => {
      for (let refused = 0; refused < 50;) {
        const response = await postJson(`${producer.url}/api/v1/jobs`, division);
        const { kind } = await readBody(response);
        if (response.status === 202) continue;
        refusals.add(`${response.status} ${kind}`);
        refused += 1;
      }
    });
    await Promise.all(clients);
    expect([...refusals]).toEqual(["503 memory_low"]);
    const share = await usedShare();
    measure.atMost("% of the memory in use once the producer takes no more", 80, share * 100);

    const jobs = await queue.getWaitingCount();
    await client.config("SET", "maxmemory", String(Math.floor(share * limit * 0.9)));
    const worker = await spawnWorker(redis.url);
    await until(
      "the worker not to be ready",
      async () => (await fetch(`${worker.metricsUrl}/readyz`)).status === 503,
    );
    expect((await fetch(`${producer.url}/readyz`)).status).toBe(503);
    // Once for each queue it has said that it cannot set it up; from then on it repeats itself.
    const refused = () => worker.output().split("refuses to work").length - 1;
    await until("the worker's second refusal", () => refused() >= 2);
    const countLines = () => worker.output().split("\n").length - 1;
    const linesBefore = countLines();
    await sleep(fullSeconds * 1_000);
    const lines = countLines() - linesBefore;
    expect(lines, "the worker met no refusal").toBeGreaterThan(0);
    measure.atMost("memory full: lines that the worker logs", 2, lines / fullSeconds, "/s");

    await client.config("SET", "maxmemory", "0");
    const freedAt = performance.now();
    const read = () => readJobs(worker.metricsUrl);
    await until("a job to end", async () => (await read()).succeeded > 0);
    measure.atMost("first job with room again", 2, (performance.now() - freedAt) / 1_000, "s");
    await until("all to end", async () => (await read()).succeeded === jobs);
    measure.exactly(`failed of ${jobs.toLocaleString("en")} jobs`, 0, (await read()).failed);
  },
);
