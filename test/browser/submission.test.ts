import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("a division submitted with the form's own 10 and 2 comes to 5 before the reader's eyes", async () => {
  const producer = await startProducer();
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await page.getByLabel("Delay (ms)").fill("0");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "quotient waiting" }).waitFor();
  await page.evaluate("window.sameDocument = true");

  await startWorker(producer.name);
  await page.getByRole("heading", { name: "quotient succeeded" }).waitFor();

  expect([
    await page.getByRole("status").innerText(),
    await page.title(),
    await page.evaluate("window.sameDocument"),
    complaints,
  ]).toEqual(["Result: 5", "✓ Quotient succeeded · Tripod", true, []]);
});

test("a division by zero shows its failure class, its reason and one attempt", async () => {
  const producer = await startProducer();
  await startWorker(producer.name);
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await submitDivisionByZero(page);
  await page.getByRole("heading", { name: "quotient failed" }).waitFor();

  expect([
    await page.getByRole("status").innerText(),
    await page.getByText("of at most").innerText(),
    complaints,
  ]).toEqual([
    "division_by_zero: cannot divide 10 by zero\n\nThe divisor was zero.",
    "1 of at most 4",
    [],
  ]);
});

test("without JavaScript the page loads itself anew until the result is there", async () => {
  const producer = await startProducer();
  const { page, complaints } = await openPage({ javaScriptEnabled: false });
  await page.goto(producer.url);
  await page.getByLabel("Delay (ms)").fill("0");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "quotient waiting" }).waitFor();

  await startWorker(producer.name);
  await page.getByRole("heading", { name: "quotient succeeded" }).waitFor();

  expect([await page.getByRole("status").innerText(), complaints]).toEqual(["Result: 5", []]);
});

test("without JavaScript a failure is shown too, and the page comes to rest", async () => {
  const producer = await startProducer();
  await startWorker(producer.name);
  const { page, complaints } = await openPage({ javaScriptEnabled: false });
  await page.goto(producer.url);
  await submitDivisionByZero(page);
  await page.getByRole("heading", { name: "quotient failed" }).waitFor();

  expect([await page.locator("noscript").count(), complaints]).toEqual([0, []]);
});

test("a number that is none is told beside its field, and what was typed is kept", async () => {
  const producer = await startProducer();
  const { page } = await openPage();
  await page.goto(producer.url);
  await page.getByLabel("y", { exact: true }).evaluate((input) => {
    input.setAttribute("type", "text");
  });
  await page.getByLabel("y", { exact: true }).fill("two");
  await page.getByLabel("Delay (ms)").fill("7");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("Not submitted: correct what follows.").waitFor();

  expect([
    await page.getByLabel("x", { exact: true }).inputValue(),
    await page.getByLabel("y", { exact: true }).inputValue(),
    await page.getByLabel("Delay (ms)").inputValue(),
    await page.locator(".field", { hasText: "The divisor." }).locator("div").innerText(),
    await producer.queue.count(),
  ]).toEqual(["10", "two", "7", "Enter a number.", 0]);
});

test("a form that found the queue full is sent again from the error page, for one job", async () => {
  const producer = await startProducer({ limits: { queueDepth: 1 } });
  await producer.queue.add("quotient", { x: 1, y: 1, delayMs: 0 });
  const { page } = await openPage();
  await page.goto(producer.url);
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "Your job was not queued" }).waitFor();

  await producer.queue.drain();
  const waiting = page.getByRole("heading", { name: "quotient waiting" });
  const again = page.getByRole("button", { name: "Try again" });
  await until("the queue to have room again", async () => {
    if (await waiting.isVisible()) return true;
    // The page may be on its way: then there is no button any more.
    await again.click({ timeout: 1_000 });
    return false;
  });

  const jobs = await producer.queue.getJobs();
  expect(jobs.map(({ data }) => data)).toEqual([{ x: 10, y: 2, delayMs: 5_000 }]);
});

test("the start page lists the latest tasks with their outcome and a way to each", async () => {
  const producer = await startProducer();
  await startWorker(producer.name);
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await page
    .getByText("None yet: submit one, and it is listed here, for this browser alone.")
    .waitFor();
  await submitDivisionByZero(page);
  await page.getByRole("heading", { name: "quotient failed" }).waitFor();
  const address = page.url();
  await page.getByRole("link", { name: "Submit another job" }).click();

  expect(await page.locator("tbody td").allInnerTexts()).toEqual([
    "Quotient",
    "failed",
    "division_by_zero",
    "x: 10, y: 0, Delay (ms): 5000",
    expect.stringMatching(/^(\d+ s ago|now)$/),
  ]);
  await page.getByRole("link", { name: "quotient" }).click();
  await page.waitForURL(address);
  expect(complaints).toEqual([]);
});

async function submitDivisionByZero(page: Page): Promise<void> {
  await page.getByLabel("y", { exact: true }).fill("0");
  await page.getByRole("button", { name: "Submit" }).click();
}
