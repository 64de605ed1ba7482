import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { queues } from "../../src/contract/queues.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { readJob, submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const long = { x: 1, y: 1, delayMs: 60_000 };

test("a job says which limit of its queue it waits for", async () => {
  const name = `test-${randomUUID()}`;
  const spec = { ...queues.default, concurrency: 1 };
  const { url, queue, metricsUrl } = await startProducer({ name, spec });
  await queue.add("quotient", long, { jobId: createRandomId() });
  await startWorker(name, { spec });
  await until("the first to run", async () => (await queue.getActiveCount()) === 1);
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await until("the reason", async () => {
    const { waiting } = await readJob(url, id);
    return waiting?.reason === "concurrency_limit";
  });
  const page = await (await fetch(`${url}/jobs/${id}`)).text();
  expect(page).toContain("As many jobs of this queue are running as may at once.");
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  expect(scrape).toContain(`taskqueue_queue_held_back{queue="${name}",limit="concurrency"} 1`);
  expect(scrape).toContain(`taskqueue_queue_held_back{queue="${name}",limit="rate"} 0`);
});

test("a job says that it waits for its queue's rate, of which heartbeats take nothing", async () => {
  const name = `test-${randomUUID()}`;
  const spec = { ...queues.default, rate: { max: 1, perMs: 600_000 } };
  const { url, queue, metricsUrl } = await startProducer({ name, spec });
  await startWorker(name, { spec });
  const beats = async () =>
    (await (await fetch(`${metricsUrl}/metrics`)).text()).match(/^taskqueue_heartbeat_last.* \d/m);
  await until("a heartbeat", beats);
  const first = await submitDivision(url, { x: 1, y: 1 });
  await until(
    "the first to end",
    async () => (await readJob(url, first.id)).status === "succeeded",
  );
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await until("the reason", async () => {
    const { waiting } = await readJob(url, id);
    return waiting?.reason === "rate_limit";
  });
  expect(await queue.getActiveCount()).toBe(0);
});

test("a limit that a queue has no more is taken back", async () => {
  const name = `test-${randomUUID()}`;
  const { queue } = await startProducer({ name });
  await queue.setGlobalConcurrency(1);
  await queue.setGlobalRateLimit(1, 60_000);
  await startWorker(name);
  const none = async () =>
    (await queue.getGlobalConcurrency()) === null && (await queue.getGlobalRateLimit()) === null;
  expect(await until("no limit", none)).toBe(true);
});

test("a worker serves the queues that it is told to, and no others", async () => {
  const [name, second] = [`test-${randomUUID()}`, `test-${randomUUID()}`];
  const further = { [second]: queues.default };
  const { queue } = await startProducer({ name, further });
  await startWorker(name, { further, config: { queues: [name] } });
  await until("its worker", async () => (await queue.getWorkersCount()) === 1);
  const { redis } = await startProducer({ name: second });
  expect(await createQueue(redis, second).getWorkersCount()).toBe(0);
});
