import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { takeShare } from "../../../../src/queue/bulk-leases.ts";
import { bulkKeys, startBulk } from "../../../../src/queue/bulk-records.ts";
import { openRedis } from "../../../../src/queue/connection.ts";
import { readActs } from "../../../../src/queue/job-acts.ts";
import { retryJob } from "../../../../src/queue/job-moves.ts";
import { createQueue } from "../../../../src/queue/queue.ts";
import { askConsole, startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { spawnProducer } from "../../../support/processes.ts";
import { ownRedis } from "../../../support/redis.ts";
import { until } from "../../../support/until.ts";

type Ask = Awaited<ReturnType<typeof startConsole>>["ask"];

const retryAll = { json: { action: "retry", filter: "" } };

async function openOwnRedis() {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await until("Redis", () => redis.status === "ready");
  return { server, redis, queue: createQueue(redis) };
}

async function untilIndexed(ask: Ask, count: number) {
  await until(`${count} jobs that have failed`, async () => {
    const { status, body } = await ask("/jobs?state=failed");
    return status === 200 && body.counts.failed === count && body.index.phase === "following";
  });
}

/** Waits through whatever it is answered while Redis or a producer is away. */
async function untilDone(ask: Ask, id: string) {
  return until("the run to be done", async () => {
    const { body } = await ask(`/api/v1/actions/${id}`);
    return body.state === "done" && body;
  });
}

/** Jobs that were not acted on exactly once. */
async function findOdd(queue: Queue, redis: Redis, ids: readonly string[]) {
  const acts = await Promise.all(ids.map((id) => readActs(queue, redis, id)));
  return acts.filter((kept) => kept.length !== 1);
}

test("what a killed producer has done of its share is counted, and not done again", async () => {
  const { server, redis, queue } = await openOwnRedis();
  const ids = await addFailedJobs(queue, redis, 30);
  const jobs = ids.map((id) => ({ queue: queue.name, id }));
  const order = { action: "retry", by: "me", filter: "" } as const;
  const id = await startBulk(queue, redis, { ...order, jobs });
  const share = await takeShare(queue, redis, { id, owner: "one that is killed" });
  if (share.kind !== "jobs") throw new Error(`expected jobs, got "${share.kind}"`);
  for (const job of share.jobs.slice(0, 10)) {
    const act = { by: "me", action: "retry", bulk: id };
    expect(await retryJob(queue, redis, { id: job.id, act, bulk: id })).toBe("done");
  }
  await redis.hset(bulkKeys(queue, id).run, "lease_until", 1);

  const { ask } = await startConsole({ name: queue.name, redisUrl: server.url });
  expect(await untilDone(ask, id)).toMatchObject({ done: 30, refused: 0, failed: 0 });
  expect(await findOdd(queue, redis, ids)).toEqual([]);
});

test(
  "a run whose producer and Redis are killed at once is ended by another producer",
  {
    timeout: 180_000,
  },
  async () => {
    const { server, redis, queue } = await openOwnRedis();
    const count = 1_000;
    const ids = await addFailedJobs(queue, redis, count);
    const start = () => spawnProducer(server.url, { BOARD_READ_ONLY: "false" });
    const [first, second] = await Promise.all([start(), start()]);
    const askFirst: Ask = (path, asking) => askConsole(first.boardUrl, path, asking);
    await untilIndexed(askFirst, count);
    const { body } = await askFirst("/api/v1/actions", retryAll);
    const readDone = async () => Number(await redis.hget(bulkKeys(queue, body.id).run, "done"));
    await until("some of it", async () => (await readDone()) > 0);
    await Promise.all([first.stop("SIGKILL"), server.signal("SIGKILL")]);
    await server.start();
    expect(await readDone()).toBeLessThan(count);

    const run = await untilDone(
      (path, asking) => askConsole(second.boardUrl, path, asking),
      body.id,
    );
    expect(run).toMatchObject({ total: count, done: count, refused: 0, failed: 0 });
    expect(await queue.getWaitingCount()).toBe(count);
    expect(await findOdd(queue, redis, ids)).toEqual([]);
  },
);

test("where two operators order the same at once, each job is acted on once, and both are told", async () => {
  const { server, redis, queue } = await openOwnRedis();
  const count = 200;
  const ids = await addFailedJobs(queue, redis, count);
  const options = { name: queue.name, redisUrl: server.url };
  const [one, other] = await Promise.all([startConsole(options), startConsole(options)]);
  await Promise.all([untilIndexed(one.ask, count), untilIndexed(other.ask, count)]);
  const orders = await Promise.all([one, other].map(({ ask }) => ask("/api/v1/actions", retryAll)));
  const runs = await Promise.all(orders.map(({ body }) => untilDone(other.ask, body.id)));
  const [done, refused] = [sum(runs, "done"), sum(runs, "refused")];
  expect([done, refused]).toEqual([count, sum(runs, "total") - count]);
  expect(await findOdd(queue, redis, ids)).toEqual([]);
  const { entries } = (await one.ask("/audit?on=jobs")).body;
  expect(entries).toHaveLength(2);
});

function sum(runs: readonly Record<string, number>[], name: string): number {
  return runs.reduce((total, run) => total + (run[name] ?? 0), 0);
}
