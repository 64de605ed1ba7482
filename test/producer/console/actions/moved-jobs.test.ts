import { expect, test } from "vitest";
import type { BulkAction } from "../../../../src/contract/actions.ts";
import { startBulk } from "../../../../src/queue/bulk-records.ts";
import { cancelJob } from "../../../../src/queue/cancellation.ts";
import { removeJob, retryJob } from "../../../../src/queue/job-moves.ts";
import { submitDivision } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { until } from "../../../support/until.ts";

type Console = Awaited<ReturnType<typeof startConsole>>;

/** Has a run act on these as if they had been chosen a while ago; returns how it has ended. */
async function runOn(
  { ask, queue, redis }: Console,
  order: { action: BulkAction; filter: string },
  jobs: readonly { id: string; createdAt?: number }[],
) {
  const named = jobs.map((job) => ({ queue: queue.name, ...job }));
  const run = await startBulk(queue, redis, { ...order, by: "me", jobs: named });
  return until("the run to end", async () => {
    const { body } = await ask(`/api/v1/actions/${run}`);
    return body.state !== "running" && body;
  });
}

async function submitKeyed(url: string, key: string): Promise<string> {
  return (await submitDivision(url, { x: 1, y: 2 }, { "idempotency-key": key })).id;
}

const moved = "it has moved since it was chosen";

test("a failed job that was retried since is not deleted with the failed ones", async () => {
  const console = await startConsole();
  const { queue, redis } = console;
  const [retried = "", failed = ""] = await addFailedJobs(queue, redis, 2);
  await retryJob(queue, redis, { id: retried });
  const run = await runOn(console, { action: "delete", filter: "state=failed" }, [
    { id: retried },
    { id: failed },
  ]);
  expect(run).toMatchObject({ done: 1, refused: 1, unserved: [{ id: retried, why: moved }] });
  expect(await queue.getWaitingCount()).toBe(1);
  expect(await redis.exists(queue.toKey(failed))).toBe(0);
});

test("a job that was submitted anew under a key is neither deleted nor cancelled with the one before it", async () => {
  const console = await startConsole();
  const { queue, redis, url } = console;
  const id = await submitKeyed(url, "order-1");
  const createdAt = Number(await redis.hget(queue.toKey(id), "timestamp"));
  expect(await removeJob(queue, redis, id)).toBe("done");
  await until("another millisecond", () => Date.now() > createdAt);
  expect(await submitKeyed(url, "order-1")).toBe(id);
  for (const action of ["delete", "cancel"] as const) {
    const run = await runOn(console, { action, filter: "" }, [{ id, createdAt }]);
    expect(run).toMatchObject({ done: 0, refused: 1, unserved: [{ id, why: moved }] });
  }
  expect(await queue.getWaitingCount()).toBe(1);
  const now = Number(await redis.hget(queue.toKey(id), "timestamp"));
  expect(
    await runOn(console, { action: "cancel", filter: "" }, [{ id, createdAt: now }]),
  ).toMatchObject({ done: 1 });
});

test("a job that was submitted anew under a key, and has failed, is not retried with the one before it", async () => {
  const console = await startConsole();
  const { queue, redis, url } = console;
  const id = await submitKeyed(url, "order-1");
  const before = Number(await redis.hget(queue.toKey(id), "timestamp"));
  expect(await removeJob(queue, redis, id)).toBe("done");
  await until("another millisecond", () => Date.now() > before);
  await submitKeyed(url, "order-1");
  expect(await cancelJob(queue, redis, id)).toMatchObject({ kind: "cancelled" });
  const retry = { action: "retry", filter: "state=failed" } as const;
  expect(await runOn(console, retry, [{ id, createdAt: before }])).toMatchObject({
    done: 0,
    refused: 1,
    unserved: [{ id, why: moved }],
  });
  expect(await queue.getFailedCount()).toBe(1);
  const createdAt = Number(await redis.hget(queue.toKey(id), "timestamp"));
  expect(await runOn(console, retry, [{ id, createdAt }])).toMatchObject({ done: 1 });
  expect(await queue.getWaitingCount()).toBe(1);
});

test("a job whose time has come is not cancelled with those that wait for theirs", async () => {
  const console = await startConsole();
  const { queue, redis, url } = console;
  const id = await submitKeyed(url, "order-1");
  const scheduled = { action: "cancel", filter: "state=scheduled,retrying" } as const;
  expect(await runOn(console, scheduled, [{ id }])).toMatchObject({
    refused: 1,
    unserved: [{ id, why: moved }],
  });
  expect(await queue.getWaitingCount()).toBe(1);
  const waiting = { action: "cancel", filter: "state=waiting" } as const;
  expect(await runOn(console, waiting, [{ id }])).toMatchObject({ done: 1, refused: 0 });
  expect(await redis.zcard(queue.toKey("failed"))).toBe(1);
});
