import { expect, test } from "vitest";
import { spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

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
