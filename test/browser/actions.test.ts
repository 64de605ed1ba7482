import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { examine } from "../support/examination.ts";
import { startProducer } from "../support/producer.ts";
import { startWorker } from "../support/worker.ts";

/** Where a browser does not say which site a request is from, but for its origin. */
const asOtherHost = (url: string) => url.replace("127.0.0.1", "tripod.test");

test("a running job is cancelled on its page, over plain HTTP, and is submitted again there", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  const { page } = await openPage();
  await page.goto(`${asOtherHost(url)}/jobs/${id}`);
  await page.getByText("A worker is on it.").waitFor();
  expect(await examine(page, "working")).toEqual([]);
  await page.getByRole("button", { name: "Cancel this job" }).click();
  await page.getByRole("status").getByText("cancelled on request").waitFor();
  expect(page.url()).toBe(`${asOtherHost(url)}/jobs/${id}`);
  expect(await examine(page, "cancelled")).toEqual([]);
  expect(await page.getByRole("button", { name: "Cancel this job" }).count()).toBe(0);

  await page.getByRole("button", { name: "Submit this input again" }).click();
  await page.getByText("A worker is on it.").waitFor();
  expect(page.url()).not.toContain(id);
});

test("a page without JavaScript has the same buttons", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(`${url}/jobs/${id}`);
  await page.getByRole("button", { name: "Cancel this job" }).click();
  await page.getByRole("status").getByText("cancelled on request").waitFor();
  await page.getByRole("button", { name: "Submit this input again" }).click();
  await page.getByRole("button", { name: "Cancel this job" }).waitFor();
  expect(page.url()).not.toContain(id);
});
