import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { untilFinal } from "../support/client.ts";
import { nothingTasks as tasks, submitNothing } from "../support/nothing.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("ten tabs of one browser stay live, over plain HTTP to a host that is not this one", async () => {
  const { url, name } = await startProducer({ tasks });
  const address = url.replace("127.0.0.1", "tripod.test");
  const { page, complaints } = await openPage();
  await page.goto(`${address}/overview`);
  const overviews = [page, await openTab(page, `${address}/overview`)];
  const jobs: Page[] = [];
  for (let tab = 0; tab < 8; tab += 1) {
    jobs.push(await openTab(page, `${address}/jobs/${await submitNothing(url)}`));
  }
  await startWorker(name, { tasks });
  await Promise.all([
    ...jobs.map((job) => job.getByRole("heading", { name: "nothing succeeded" }).waitFor()),
    ...overviews.map((overview) =>
      overview.locator('[data-reading="succeeded"]', { hasText: /^8$/ }).waitFor(),
    ),
  ]);

  expect(await page.evaluate("isSecureContext")).toBe(false);
  // Of an origin that is not secure the browser says that it heeds this header only elsewhere.
  expect(complaints.filter((text) => !text.includes("Cross-Origin-Opener-Policy"))).toEqual([]);
});

test("tabs hold four streams together, and one that is closed makes room", async () => {
  const { url } = await startProducer({ tasks });
  const { page } = await openPage();
  const held = new Set<unknown>();
  const watchStreams = (tab: Page) => {
    tab.on("response", (response) => {
      if (response.url().endsWith("/events")) held.add(response.request());
    });
    tab.on("requestfailed", (request) => held.delete(request));
    tab.on("requestfinished", (request) => held.delete(request));
  };
  page.context().on("page", watchStreams);
  const tabs: Page[] = [];
  for (let tab = 0; tab < 6; tab += 1) {
    tabs.push(await openTab(page, `${url}/jobs/${await submitNothing(url)}`));
  }
  await until("four streams", () => held.size === 4);
  await tabs[0]?.evaluate(setVisibility("hidden"));
  await until("one stream to be left", () => held.size === 3);
  // Sooner than a place comes back that was left without a word.
  await until("another tab to stream", () => held.size === 4);

  expect(tabs.length).toBeGreaterThan(held.size);
});

test("a hidden tab holds no stream, and catches up when it is seen", async () => {
  const { url, name } = await startProducer({ tasks });
  const { page } = await openPage();
  const streams: string[] = [];
  let left = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/events")) streams.push(request.url());
  });
  page.on("requestfailed", () => (left += 1));
  const id = await submitNothing(url);
  await page.goto(`${url}/jobs/${id}`);
  await until("the stream", () => streams.length === 1);
  await page.evaluate(setVisibility("hidden"));
  await until("the stream to be left", () => left === 1);
  await startWorker(name, { tasks });
  await untilFinal(url, id);
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Nothing waiting");

  await page.evaluate(setVisibility("visible"));
  await page.getByRole("heading", { name: "nothing succeeded" }).waitFor();
  expect(streams.length).toBe(2);
});

test("a browser without shared workers asks again and again", async () => {
  const { url, name } = await startProducer({ tasks });
  const { page, complaints } = await openPage();
  await page.addInitScript("delete globalThis.SharedWorker");
  const reads: string[] = [];
  const id = await submitNothing(url);
  page.on("request", (request) => {
    if (request.url().includes(`/jobs/${id}/`)) reads.push(request.url());
  });
  await page.goto(`${url}/jobs/${id}`);
  await until("a second question", () => reads.length >= 2);
  await startWorker(name, { tasks });
  await page.getByRole("heading", { name: "nothing succeeded" }).waitFor();

  expect(complaints).toEqual([]);
  // Each would take one of its address' streams.
  expect(reads.filter((read) => read.endsWith("/events"))).toEqual([]);
});

async function openTab(beside: Page, url: string): Promise<Page> {
  const tab = await beside.context().newPage();
  await tab.goto(url);
  return tab;
}

/** A browser without windows shows all its tabs, so a tab is told what it would see of itself. */
function setVisibility(state: "hidden" | "visible"): string {
  return `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));`;
}
