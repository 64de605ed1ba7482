import { expect, test } from "vitest";
import { createRandomId } from "../../../../src/queue/job-id.ts";
import { readJob, submitDivision, untilFinal } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { until } from "../../../support/until.ts";
import { startWorker } from "../../../support/worker.ts";

const bad = { x: 1, y: 0 };

test("a failed job is retried, and has all of its attempts before it again", async () => {
  const { url, name, ask, queue } = await startConsole();
  const { worker } = await startWorker(name);
  const { id } = await submitDivision(url, bad);
  await untilFinal(url, id);
  await worker.pause();
  const { status, body } = await ask(`/api/v1/jobs/${id}/retry`, { json: { reason: "mended" } });
  expect([status, body]).toMatchObject([200, { id, status: "waiting", attempts: 0 }]);
  expect(await queue.getWaitingCount()).toBe(1);
  void worker.resume();
  const again = await untilFinal(url, id);
  expect(again).toMatchObject({ status: "failed", attempts: 1 });
  expect(again.history).toMatchObject([
    { number: 1, outcome: "failed" },
    { number: 1, outcome: "failed", ready_at: expect.any(String) },
  ]);
});

test("a job that has succeeded is retried only by who says so", async () => {
  const { url, name, ask } = await startConsole();
  const { worker } = await startWorker(name);
  const { id } = await submitDivision(url, { x: 8, y: 2 });
  await untilFinal(url, id);
  await worker.pause();
  const refused = await ask(`/api/v1/jobs/${id}/retry`, { method: "POST" });
  expect([refused.status, refused.words]).toEqual([409, expect.stringContaining("has succeeded")]);
  expect((await readJob(url, id)).status).toBe("succeeded");
  const taken = await ask(`/api/v1/jobs/${id}/retry`, { json: { evenIfSucceeded: true } });
  expect([taken.status, taken.body.status]).toEqual([200, "waiting"]);
  void worker.resume();
  const again = await untilFinal(url, id);
  expect(again).toMatchObject({ status: "succeeded", result: 4 });
  expect(again.history?.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded"]);
});

test("of two operators who retry the same job at once, one does, and the other is told", async () => {
  const { url, name, ask, queue } = await startConsole();
  const { worker } = await startWorker(name);
  const { id } = await submitDivision(url, bad);
  await untilFinal(url, id);
  await worker.pause();
  const retry = async () => ask(`/api/v1/jobs/${id}/retry`, { method: "POST" });
  const answers = await Promise.all([retry(), retry(), retry()]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.words).toContain(
    "expected one that has ended",
  );
  expect(await queue.getWaitingCount()).toBe(1);
});

test("a job is retried behind those of its priority that wait already", async () => {
  const { url, ask, queue } = await startConsole();
  const first = await submitDivision(url, bad);
  await ask(`/jobs/${first.id}/cancel`, { method: "POST" });
  const second = await submitDivision(url, bad);
  await queue.add("quotient", { x: 1, y: 1 }, { jobId: "Low", priority: 10 });
  expect((await ask(`/jobs/${first.id}/retry`, { form: {} })).status).toBe(303);
  expect(await queue.getRanges(["waiting"], 0, 9, true)).toEqual([second.id, first.id]);
  const prioritized = await queue.getRanges(["prioritized"], 0, 9, true);
  expect(prioritized).toEqual(["Low"]);
});

test("a delayed job is told to start, in the line of its priority", async () => {
  const { url, ask, queue } = await startConsole();
  const { id } = await submitDivision(url, bad);
  const delayMs = 3_600_000;
  const ids = [createRandomId(), createRandomId()];
  for (const [i, jobId] of ids.entries()) {
    await queue.add("quotient", bad, { jobId, delay: delayMs, priority: i === 0 ? 20 : 10 });
  }
  const [low = "", normal = ""] = ids;
  const refused = await ask(`/api/v1/jobs/${id}/promote`, { method: "POST" });
  expect([refused.status, refused.words]).toEqual([
    409,
    `the job "${id}" is waiting, expected one that waits for its time`,
  ]);
  for (const one of [low, normal]) {
    expect((await ask(`/api/v1/jobs/${one}/promote`, { method: "POST" })).status).toBe(200);
  }
  expect(await queue.getRanges(["prioritized"], 0, 9, true)).toEqual([normal, low]);
  expect(await queue.getDelayedCount()).toBe(0);
});

test("a job is deleted with all that is kept of it, but not while it runs", async () => {
  const { url, name, ask, redis, queue } = await startConsole();
  const waiting = await submitDivision(url, bad);
  const removed = await ask(`/api/v1/jobs/${waiting.id}/delete`, { method: "POST" });
  expect([removed.status, removed.body]).toEqual([
    200,
    { id: waiting.id, task: "quotient", deleted: true },
  ]);
  expect((await fetch(`${url}/api/v1/jobs/${waiting.id}`)).status).toBe(404);
  expect(await redis.keys(`*${waiting.id}*`)).toEqual([]);
  expect((await ask(`/api/v1/jobs/${waiting.id}/delete`, { method: "POST" })).status).toBe(404);

  await queue.pause();
  const held = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  await queue.resume();
  await startWorker(name);
  await until("its start", async () => (await readJob(url, held.id)).status === "working");
  const refused = await ask(`/api/v1/jobs/${held.id}/delete`, { method: "POST" });
  expect([refused.status, refused.words]).toEqual([409, expect.stringContaining("is working")]);
  expect((await readJob(url, held.id)).status).toBe("working");
});

test("an order that makes no sense is refused, and nothing is done", async () => {
  const { url, ask } = await startConsole();
  const { id } = await submitDivision(url, bad);
  const orders = [{ reason: "x".repeat(201) }, { why: "so" }, { reason: 1 }, []];
  for (const json of orders) {
    const { status, words } = await ask(`/api/v1/jobs/${id}/cancel`, { json });
    expect([status, words]).toEqual([422, expect.stringContaining("expected")]);
  }
  const { status, words } = await ask(`/api/v1/jobs/${id}/sing`, { method: "POST" });
  expect([status, words]).toEqual([
    404,
    'a job cannot "sing", expected one of: retry, cancel, promote, delete, resubmit',
  ]);
  expect((await readJob(url, id)).status).toBe("waiting");
});
