import { expect, onTestFinished, test } from "vitest";
import { queues } from "../../../src/contract/queues.ts";
import { scheduleHeartbeat } from "../../../src/queue/heartbeat.ts";
import { readSubmittedState } from "../../../src/queue/submitted-state.ts";
import { readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("a heartbeat that waits for a worker is no waiting job, and has no age", async () => {
  const { url, queue } = await startProducer();
  await scheduleHeartbeat(queue);
  expect(await queue.getJobCounts("waiting", "delayed")).toEqual({ waiting: 1, delayed: 0 });
  const read = async () => (await readBody(await fetch(`${url}/api/v1/overview`))).at(-1).queue;
  const idle = await until("the queue to be read", read);
  expect([idle.waiting, idle.oldest_waiting_seconds]).toEqual([0, 0]);

  const submittedAt = Date.now();
  await submitDivision(url, { x: 1, y: 2 });
  const queued = await until("the job", async () => {
    const state = await read();
    return state?.waiting > 0 && state;
  });
  expect(queued.waiting).toBe(1);
  expect(queued.oldest_waiting_seconds).toBeLessThanOrEqual((Date.now() - submittedAt) / 1_000);
});

test("a heartbeat that waits is before no job, wherever it stands", async () => {
  const { url, queue } = await startProducer();
  const before = await submitDivision(url, { x: 1, y: 2 });
  await scheduleHeartbeat(queue);
  const after = await submitDivision(url, { x: 2, y: 2 });
  const last = await submitDivision(url, { x: 3, y: 2 });
  expect(await queue.getWaitingCount()).toBe(4);
  const ahead = async ({ id }: { id: string }) => (await readJob(url, id)).waiting?.ahead;
  expect([await ahead(before), await ahead(after), await ahead(last)]).toEqual([0, 1, 2]);
});

test("a heartbeat that is due later, or runs, is none of the jobs either", async () => {
  const { url, queue, redis, name } = await startProducer();
  await startWorker(name);
  await untilFinal(url, (await submitDivision(url, { x: 1, y: 2 })).id);
  await until("the next heartbeat", async () => (await queue.getDelayedCount()) === 1);
  const none = { waiting: 0, active: 0, delayed: 0 };
  expect((await readSubmittedState(queue, redis, queues.default)).jobs).toMatchObject(none);

  // As while it runs: its place is taken from the delayed ones to the active ones.
  const [id] = await redis.zrange(queue.toKey("delayed"), "0", "0");
  const hold = redis.multi().zrem(queue.toKey("delayed"), id ?? "");
  await hold.lpush(queue.toKey("active"), id ?? "").exec();
  onTestFinished(async () => {
    await redis.lrem(queue.toKey("active"), 1, id ?? "");
  });
  expect((await readSubmittedState(queue, redis, queues.default)).jobs).toMatchObject(none);
});
