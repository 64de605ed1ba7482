import { expect, test } from "vitest";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

async function heartbeatIn(metricsUrl: string): Promise<number | undefined> {
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const seconds = /^taskqueue_heartbeat_last_processed_timestamp_seconds\{.*\} (.+)$/m.exec(scrape);
  return seconds === null ? undefined : Number(seconds[1]);
}

test("shows that an idle queue works, and leaves no job and no count behind", async () => {
  const { queue, name, url, metricsUrl } = await startProducer();
  expect(await heartbeatIn(metricsUrl)).toBeUndefined();

  const before = Date.now() / 1_000;
  const { registry } = await startWorker(name);
  const beat = await until("the heartbeat", () => heartbeatIn(metricsUrl));
  expect(beat).toBeGreaterThanOrEqual(before - 0.001);
  expect(beat).toBeLessThanOrEqual(Date.now() / 1_000);

  const settled = { completed: 0, waiting: 0, delayed: 1 };
  await until("the heartbeat to be settled", async () => {
    const counts = await queue.getJobCounts("completed", "waiting", "delayed");
    return JSON.stringify(counts) === JSON.stringify(settled);
  });
  expect(await registry.metrics()).not.toMatch(/^taskqueue_jobs_finished_total\{.*\} [^0]/m);
  expect(await (await fetch(url)).text()).not.toContain("_heartbeat");
});
