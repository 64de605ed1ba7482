import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { postJson, readBody, submitDivision, untilFinal } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const division = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };

/** Finds the jobs of a worker that vanished within 2 s instead of 30 s. */
const quickRecovery = { WORKER_LOCK_MS: "2000", WORKER_STALLED_CHECK_MS: "500" };

/** Each job's result, in the order of submission. */
async function results(url: string, ids: readonly string[], ms: number): Promise<unknown[]> {
  const ends = await Promise.all(ids.map((id) => untilFinal(url, id, ms)));
  return ends.map(({ result }) => result);
}

test(
  "loses no acknowledged job when Redis is killed and comes back",
  { timeout: 60_000 },
  async () => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    await spawnWorker(redis.url, quickRecovery);
    const acknowledged: string[] = [];
    const finished = new AbortController();
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let turn = 0; !finished.signal.aborted; turn += 1) {
        // A client's own retry: whatever a 503 meant, the same key makes one job.
        const key = { "idempotency-key": `${client}-${turn}` };
        const job = await until("a 202", async () => {
          const response = await postJson(`${producer.url}/api/v1/tasks`, division, key);
          return response.status === 202 && readBody(response);
        });
        acknowledged.push(job.id);
      }
    });
    for (let kill = 0; kill < 3; kill += 1) {
      const before = acknowledged.length;
      await until("some jobs", () => acknowledged.length >= before + 50);
      await redis.signal("SIGKILL");
      await sleep(300);
      await redis.start();
    }
    finished.abort();
    await Promise.all(clients);
    expect(acknowledged.length).toBeGreaterThan(150);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const ends = await results(producer.url, acknowledged, 30_000);
    expect(ends.filter((result) => result !== 5)).toEqual([]);
  },
);

test("admits that it does not know when Redis freezes, and a retry makes no second job", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url);
  await submitDivision(producer.url, { x: 1, y: 1 });
  await redis.signal("SIGSTOP");
  const key = { "idempotency-key": "once" };
  const startedAt = performance.now();
  const frozen = await postJson(`${producer.url}/api/v1/tasks`, division, key);
  expect([frozen.status, (await readBody(frozen)).kind]).toEqual([503, "unknown"]);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await redis.signal("SIGCONT");
  await until("a 202", () => submitDivision(producer.url, { x: 10, y: 2 }, key), 5_000);
  await spawnWorker(redis.url);
  const scrape = await until("both jobs to end", async () => {
    const text = await (await fetch(`${producer.metricsUrl}/metrics`)).text();
    return /state="completed"\} \d/.test(text) && !/state="completed"\} [01]\n/.test(text) && text;
  });
  expect(scrape).toContain('state="completed"} 2\n');
});

test("says once for each connection, not at every retry, that Redis is not reachable", async () => {
  const redis = await ownRedis();
  const worker = await spawnWorker(redis.url);
  await until("both connections", async () => {
    const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    return scrape.match(/^taskqueue_redis_connection_up\{.*\} 1$/gm)?.length === 2;
  });
  await redis.signal("SIGKILL");
  const retries = await until("five attempts to reconnect", async () => {
    const scrape = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    const count = /taskqueue_redis_reconnects_total\{client="worker"\} (\d+)/.exec(scrape)?.[1];
    return Number(count) >= 5 && scrape;
  });
  for (const client of ["worker", "worker_blocking"]) {
    expect(retries).toContain(`taskqueue_redis_connection_up{client="${client}"} 0`);
  }
  expect(retries).not.toContain("taskqueue_queue_jobs{");
  const lines = worker.output().match(/.*redis is not reachable/g) ?? [];
  const clients = lines.map((line) => /"client":"(\w+)"/.exec(line)?.[1]);
  expect(clients.toSorted((a = "", b = "") => a.localeCompare(b))).toEqual([
    "worker",
    "worker_blocking",
  ]);
});
