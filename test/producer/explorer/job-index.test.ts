import { Worker as Thread } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { bySubmitter } from "../../../src/queue/job-owner.ts";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import {
  openTestIndex,
  untilCounted,
  untilFollowing,
  untilIndexed,
} from "../../support/job-index.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("jobs from before the index began are in it, each in its state, and no heartbeat", async () => {
  const { url, queue, name } = await startProducer();
  const { worker } = await startWorker(name);
  const good = await submitDivision(url, { x: 10, y: 2 });
  const bad = await submitDivision(url, { x: 10, y: 0 });
  await untilFinal(url, good.id);
  await untilFinal(url, bad.id);
  await worker.close();
  const waiting = await submitDivision(url, { x: 1, y: 1 });
  const later = await submitLater(url, 3_600_000);
  await until("a heartbeat", async () => (await queue.getDelayedCount()) === 2);

  const index = openTestIndex([name]);
  await untilFollowing(index);
  await untilCounted(index, { waiting: 1, scheduled: 1, succeeded: 1, failed: 1 });
  expect((await index.standing()).jobs).toBe(4);
  const found = await untilIndexed(index, bad.id);
  expect(found).toMatchObject({
    queue: name,
    task: "quotient",
    state: "failed",
    attempts: 1,
    failureClass: "division_by_zero",
    group: expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  const succeeded = await untilIndexed(index, good.id);
  const { createdAt = 0, readyAt = 0, startedAt = 0, endedAt = 0 } = succeeded;
  expect(createdAt).toBe(Date.parse(good.created_at ?? ""));
  expect(readyAt).toBe(createdAt);
  expect(succeeded.waitedMs).toBe(startedAt - readyAt);
  expect(succeeded.ranMs).toBe(endedAt - startedAt);
  expect(await untilIndexed(index, waiting.id)).toMatchObject({ state: "waiting", attempts: 0 });
  const scheduled = await untilIndexed(index, later);
  expect(scheduled.readyAt).toBe((scheduled.createdAt ?? 0) + 3_600_000);
});

test("whatever becomes of a job, the index tells it", async () => {
  const { url, queue, redis, name } = await startProducer();
  const index = openTestIndex([name]);
  await untilFollowing(index);

  const { id } = await submitDivision(url, { x: 10, y: 2 });
  await untilIndexed(index, id, { state: "waiting" });
  const later = await submitLater(url, 3_600_000);
  await untilIndexed(index, later, { state: "scheduled" });
  const doomed = await submitDivision(url, { x: 3, y: 2 });
  await untilIndexed(index, doomed.id, { state: "waiting" });
  const cancelled = await fetch(`${url}/api/v1/jobs/${doomed.id}/cancel`, { method: "POST" });
  expect(cancelled.status).toBe(200);
  await untilIndexed(index, doomed.id, { state: "failed", failureClass: "cancelled_by_user" });

  const { worker } = await startWorker(name);
  await untilIndexed(index, id, { state: "succeeded", attempts: 1 });
  const slow = await submitDivision(url, { x: 1, y: 2, delayMs: 60_000 });
  await untilIndexed(index, slow.id, { state: "working" });
  await (await queue.getJob(later))?.promote();
  await untilIndexed(index, later, { state: "succeeded", waitedMs: 0 });
  await worker.close(true);

  await (await queue.getJob(id))?.retry("completed");
  await untilIndexed(index, id, { state: "waiting", endedAt: undefined });
  await (await queue.getJob(doomed.id))?.remove();
  await until("it to be gone", async () => {
    const { jobs } = await index.page({ id: doomed.id }, "created", undefined, 1);
    return jobs.length === 0;
  });
  expect(await redis.exists(queue.toKey(doomed.id))).toBe(0);
});

test("after an attempt that failed a job shows as one that is tried again", async () => {
  const flaky: Task = defineTask({
    title: "Flaky",
    description: "Fails.",
    input: z.strictObject({}),
    timeLimitMs: 1_000,
    attempts: { backoffMs: 3_600_000 },
    run: () => Promise.reject(new Error("no luck")),
  });
  const tasks = new Map([["flaky", flaky]]);
  const { url, name } = await startProducer({ tasks });
  const index = openTestIndex([name]);
  await startWorker(name, { tasks });
  const response = await postJson(`${url}/api/v1/jobs`, { task: "flaky", input: {} });
  const { id } = await readBody(response);
  const job = await untilIndexed(index, id, { state: "retrying", attempts: 1 });
  expect(job).toMatchObject({ failureClass: undefined, group: undefined, endedAt: undefined });
});

test("two indexes of the same queues tell the same", async () => {
  const { url, name } = await startProducer();
  const early = openTestIndex([name]);
  await untilFollowing(early);
  await startWorker(name);
  const ids: string[] = [];
  for (let i = 0; i < 20; i += 1) {
    const { id } = await submitDivision(url, { x: i, y: i % 2 });
    ids.push(id);
  }
  await untilCounted(early, { succeeded: 10, failed: 10 });
  const late = openTestIndex([name]);
  await untilCounted(late, { succeeded: 10, failed: 10 });
  const read = async (index: typeof early) => (await index.page({}, "ended", undefined, 50)).jobs;
  expect(await read(late)).toEqual(await read(early));
  expect(new Set((await read(late)).map(({ id }) => id))).toEqual(new Set(ids));
  const groups = await late.groups({});
  expect(groups).toMatchObject([
    { failureClass: "division_by_zero", count: 10, task: "quotient", releases: [] },
  ]);
});

async function submitLater(url: string, delayMs: number): Promise<string> {
  const body = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 }, delayMs };
  const response = await postJson(`${url}/api/v1/jobs`, body);
  expect(response.status).toBe(202);
  return (await readBody(response)).id;
}

test("a job's options tell who submitted it and when it is due, not how long its back-off is", async () => {
  const { queue, name } = await startProducer();
  const index = openTestIndex([name]);
  const add = async (options: object) => {
    const id = createRandomId();
    await queue.add("quotient", { x: 1, y: 1, delayMs: 0 }, { jobId: id, ...options });
    return id;
  };
  const backoff = { type: "exponential", delay: 1_000 };
  const plain = await untilIndexed(index, await add({ backoff, ...bySubmitter("nightly") }));
  expect(plain).toMatchObject({ submitter: "nightly", readyAt: plain.createdAt });
  for (const options of [
    { delay: 60_000 },
    { delay: 60_000, backoff },
    { backoff, delay: 60_000 },
  ]) {
    const id = await add(options);
    const { createdAt = 0, readyAt } = await untilIndexed(index, id, { state: "scheduled" });
    expect(readyAt).toBe(createdAt + 60_000);
    await (await queue.getJob(id))?.promote();
    expect(await untilIndexed(index, id, { state: "waiting" })).toMatchObject({ readyAt });
  }
  expect((await index.standing()).submitters).toEqual(["nightly"]);
  expect(await index.ids({ submitter: "nightly" }, 5)).toMatchObject([
    { queue: name, id: plain.id },
  ]);
});

test("the thread of an index that is closed ends by itself", async () => {
  const terminate = vi.spyOn(Thread.prototype, "terminate");
  onTestFinished(() => terminate.mockRestore());
  const index = openTestIndex(["jobs"]);
  await untilFollowing(index);
  await index.close();
  expect(terminate).not.toHaveBeenCalled();
});
