import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openPage } from "../support/browser.ts";
import { readBody } from "../support/client.ts";
import { nothingTasks as tasks, submitNothing } from "../support/nothing.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

/** As many as an address may have. */
const streamsPerClient = 20;
const reading = "Live updates are not to be had now: this page asks every 2 seconds.";
const lost = "The connection is lost; trying again.";

test("where others of its address have all streams, a job's page shows the result and the overview moves", async () => {
  const { url, name } = await startProducer({ tasks });
  const id = await submitNothing(url);
  await takeAllStreams(url);
  const { page, complaints } = await openPage();
  const refused: number[] = [];
  page.context().on("response", (response) => {
    if (response.url().endsWith("/events")) refused.push(response.status());
  });
  const overview = await page.context().newPage();
  await overview.addInitScript(collectSentences);
  await overview.goto(`${url}/overview`);
  await page.goto(`${url}/jobs/${id}`);
  await page.getByRole("heading", { name: "nothing waiting" }).waitFor();
  await until("both streams to be refused", () => refused.length >= 2);
  for (const tab of [page, overview]) await tab.getByText(reading).waitFor();
  await startWorker(name, { tasks });
  await page.getByRole("heading", { name: "nothing succeeded" }).waitFor();
  expect(await page.getByText(reading).count()).toBe(0);
  await overview.locator('[data-reading="succeeded"]', { hasText: /^1$/ }).waitFor();
  await overview.getByText("The queue is idle.").waitFor();

  expect(await overview.evaluate("sentences")).not.toContain(lost);
  expect(new Set(refused)).toEqual(new Set([429]));
  // The browser itself tells of each refusal.
  expect(complaints.filter((text) => !text.includes("status of 429"))).toEqual([]);
});

test("a page that reads the state goes on asking for a stream, and takes it when there is one", async () => {
  const { url } = await startProducer({ tasks });
  const release = await takeAllStreams(url);
  const { page } = await openPage();
  const streams: number[] = [];
  const reads: string[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/events")) streams.push(response.status());
    if (response.url().includes("/overview/state?")) reads.push(response.url());
  });
  await page.goto(`${url}/overview`);
  await until("a read of what is new", () => reads.length >= 1);
  await page.getByText(reading).waitFor();
  release();
  await until("the stream", () => streams.at(-1) === 200);
  await page.getByText(reading).waitFor({ state: "detached" });

  expect(streams.slice(0, -1)).toEqual(streams.slice(0, -1).map(() => 429));
  expect(streams.length).toBeGreaterThan(1);
});

test("a stream that has ended, as each does after ten minutes, is no loss", async () => {
  const { url } = await startProducer({ tasks });
  const { page } = await openPage();
  await page.addInitScript(collectSentences);
  const asked = collectRequests(page, "/events");
  const [snapshot] = await readBody(await fetch(`${url}${paths.overviewState}`));
  const ended = `event: snapshots\ndata: ${JSON.stringify([snapshot])}\n\n`;
  await page.route(
    "**/events",
    (route) => route.fulfill({ contentType: "text/event-stream", body: ended }),
    { times: 1 },
  );
  await page.goto(`${url}/overview`);
  await until("the next stream", () => asked.length === 2);

  expect(await page.evaluate("sentences")).not.toContain(lost);
});

test("a page that is refused its state as well says so, and comes back when it was told to", async () => {
  const { url } = await startProducer({ tasks });
  const { page } = await openPage();
  const asked = collectRequests(page, "/overview/state");
  await page.route("**/overview/*", async (route) => {
    await route.fulfill({ status: 429, headers: { "retry-after": "3" } });
  });
  await page.goto(`${url}/overview`);
  await page.getByText(lost).waitFor();
  await until("a second question", () => asked.length === 2);

  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(2_950);
});

/** Holds every stream that this address may have, until released. */
async function takeAllStreams(url: string): Promise<() => void> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const streams = await Promise.all(
    Array.from({ length: streamsPerClient }, () =>
      fetch(`${url}${paths.overviewEvents}`, { signal: leaving.signal }),
    ),
  );
  expect(streams.every(({ ok }) => ok)).toBe(true);
  return () => leaving.abort();
}

/** When the page asked for it, in ms. */
function collectRequests(page: Page, end: string): readonly number[] {
  const asked: number[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.endsWith(end)) asked.push(performance.now());
  });
  return asked;
}

/** Lets the page keep whatever its overview has said of the queue. */
const collectSentences = `
  globalThis.sentences = [];
  addEventListener("DOMContentLoaded", () => {
    const said = document.querySelector("[data-queue]");
    new MutationObserver(() => sentences.push(said.textContent)).observe(said, { childList: true });
  });`;
