import { expect, test } from "vitest";
import { reportWorker } from "../../src/queue/worker-index.ts";
import { workersKey } from "../../src/queue/worker-keys.ts";
import type { WorkerReport } from "../../src/queue/worker-report.ts";
import { openPage } from "../support/browser.ts";
import { examine } from "../support/examination.ts";
import { boardLogin, startProducer } from "../support/producer.ts";
import { busyQueue, reportOf } from "../support/reported-workers.ts";
import { openConsolePage } from "../support/sign-in.ts";

const phone = { width: 390, height: 800 };

/** Workers in each state that they can be in without an operator. */
async function startWorld() {
  const producer = await startProducer({ readOnly: false });
  const { queue, redis } = producer;
  const report = (id: string, changes: Partial<WorkerReport>) =>
    reportWorker(queue, redis, { id, report: reportOf(changes) });
  const [job] = busyQueue.jobs;
  if (job === undefined) throw new Error("expected a job");
  const jobs = Array.from({ length: 30 }, () => job);
  const slow = { name: "slow", slots: 2, running: 0, jobs: [] };
  await report("working", {
    host: "ip-10-0-12-34.eu-central-2.compute.internal",
    queues: [{ ...busyQueue, slots: 40, running: 32, jobs }, slow],
  });
  await report("idle", {});
  await report("stopping", { phase: "stopping", queues: [busyQueue] });
  await report("vanished", { queues: [busyQueue] });
  await redis.zadd(workersKey(queue), Date.now() - 120_000, "vanished");
  return { ...producer, report };
}

test("the workers' page is sound, and fits a phone", async () => {
  const { boardUrl } = await startWorld();
  const { page, complaints } = await openPage({ viewport: phone });
  await openConsolePage(page, `${boardUrl}/workers`);
  expect(await page.locator("[data-worker]").count()).toBe(4);
  await page.locator("summary").first().click();
  const width = await page.evaluate("document.documentElement.scrollWidth");
  expect(width).toBe(phone.width);
  expect(await examine(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the workers' page is sound where there is none", async () => {
  const { boardUrl } = await startProducer();
  const { page, complaints } = await openPage();
  await openConsolePage(page, `${boardUrl}/workers`);
  await page.getByText("No worker has reported").waitFor();
  expect(await examine(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the workers' page drains and releases a worker, also without JavaScript", async () => {
  const { boardUrl, report } = await startWorld();
  for (const javaScriptEnabled of [true, false]) {
    const { page, complaints } = await openPage({ javaScriptEnabled });
    await openConsolePage(page, `${boardUrl}/workers`);
    const row = page.locator('[data-worker="idle"]');
    await row.getByRole("button", { name: /^Drain/ }).click();
    await row.getByText("draining", { exact: true }).waitFor();
    expect(await report("idle", {})).toMatchObject({ by: boardLogin.user });
    await row.getByRole("button", { name: /^Release/ }).click();
    await row.getByText("idle", { exact: true }).waitFor();
    expect(await report("idle", {})).toBeUndefined();
    expect(complaints).toEqual([]);
  }
});

test("the workers' page keeps up, and leaves alone what the operator has unfolded", async () => {
  const { boardUrl, report } = await startWorld();
  const { page, complaints } = await openPage();
  await openConsolePage(page, `${boardUrl}/workers`);
  await page.locator('[data-worker="working"] summary').click();
  await report("idle", { queues: [busyQueue] });
  await page.locator('[data-worker="idle"]').getByText("working", { exact: true }).waitFor();
  expect(await page.locator('[data-worker="working"] details').getAttribute("open")).toBe("");
  expect(complaints).toEqual([]);
});

test("the workers' page of a deployment without any keeps up with the first that comes", async () => {
  const { boardUrl, queue, redis } = await startProducer();
  const { page, complaints } = await openPage();
  await openConsolePage(page, `${boardUrl}/workers`);
  await page.getByText("No worker has reported").waitFor();
  const report = (changes: Partial<WorkerReport>) =>
    reportWorker(queue, redis, { id: "first", report: reportOf(changes) });
  await report({});
  const row = page.locator('[data-worker="first"]');
  await row.getByText("idle", { exact: true }).waitFor();
  await report({ queues: [busyQueue] });
  await row.getByText("working", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});
