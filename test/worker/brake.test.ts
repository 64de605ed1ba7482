import { expect, onTestFinished, test, vi } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { startProducer } from "../support/producer.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("slows down while Redis has no memory left, and goes on when it has, without giving itself up", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { queue, name } = await startProducer({ redisUrl: redis.url });
  const client = openRedis({ url: redis.url, password: undefined }, "request");
  onTestFinished(() => client.disconnect());
  await until("a connection", () => client.status === "ready");
  const job = await queue.add("quotient", { x: 4, y: 2, delayMs: 0 });
  await client.config("SET", "maxmemory", "1");

  let errors = 0;
  const onWedged = vi.fn<() => void>();
  const config = { deadmanMs: 1_500 };
  const { worker } = await startWorker(name, { redisUrl: redis.url, config, onWedged });
  const startedAt = performance.now();
  worker.on("error", () => {
    errors += 1;
  });
  await until("six refusals", () => errors >= 6);
  // Unbraked, there are thousands in a second.
  expect(performance.now() - startedAt).toBeGreaterThan(1_500);
  expect(onWedged).not.toHaveBeenCalled();

  await client.config("SET", "maxmemory", "0");
  const done = await until("the job to end", async () => {
    const stored = await queue.getJob(job.id ?? "");
    return stored?.finishedOn !== undefined && stored;
  });
  expect(done.returnvalue).toEqual({ value: 2 });
});
