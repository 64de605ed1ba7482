import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { startWorker } from "../support/worker.ts";

const long = { x: 10, y: 2, delayMs: 60_000 };

test("a job without a worker says so, and then that one is on it", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, long);
  const { page, complaints } = await openPage();
  await page.goto(`${producer.url}/jobs/${id}`);
  await page.getByText("No worker is connected: it will start as soon as one is.").waitFor();

  await startWorker(producer.name);
  await page.getByText("A worker is on it.").waitFor();

  expect([await page.getByRole("heading", { level: 1 }).innerText(), complaints]).toEqual([
    "Quotient working",
    [],
  ]);
});

test("a job of a paused queue says so, and where it stands once the queue is resumed", async () => {
  const producer = await startProducer();
  await startWorker(producer.name, { config: { concurrency: 1 } });
  await producer.queue.pause();
  await submitDivision(producer.url, long);
  const { id } = await submitDivision(producer.url, long);
  const { page } = await openPage();
  await page.goto(`${producer.url}/jobs/${id}`);
  await page.getByText("The queue is paused: nothing starts until it is resumed.").waitFor();

  await producer.queue.resume();
  await page.getByText("Next in line: no job is before it.").waitFor();

  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Quotient waiting");
});

test("a job behind others says how many, and follows as they leave", async () => {
  const producer = await startProducer();
  await startWorker(producer.name, { config: { concurrency: 1 } });
  await submitDivision(producer.url, long);
  const { id: removed } = await submitDivision(producer.url, long);
  await submitDivision(producer.url, long);
  const { id } = await submitDivision(producer.url, long);
  const { page } = await openPage();
  await page.goto(`${producer.url}/jobs/${id}`);
  await page.getByText("2 jobs are before it.").waitFor();

  await producer.queue.remove(removed);
  await page.getByText("1 job is before it.").waitFor();

  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Quotient waiting");
});
