import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { spawnProducer } from "../support/processes.ts";
import { startProducer } from "../support/producer.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("a page whose stream was refused still sees its job through", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, { x: 10, y: 2 });
  const { page } = await openPage();
  const streams = collectStreams(page);
  await page.route("**/events", (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.goto(`${producer.url}/jobs/${id}`);
  await until("the stream to be refused", () => streams.length === 1);
  await startWorker(producer.name);
  await page.getByRole("heading", { name: "quotient succeeded" }).waitFor();

  expect(await page.title()).toBe("✓ Quotient succeeded · Tripod");
});

test("a page that could not be had at the job's end is asked for again", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, { x: 10, y: 2 });
  const { page } = await openPage();
  const streams = collectStreams(page);
  await page.route(`**/jobs/${id}`, async (route) => {
    const response = await route.fetch();
    const ended = (await response.text()).includes("Result:");
    if (ended && streams.length === 1) await route.fulfill({ status: 503 });
    else await route.fulfill({ response });
  });
  await page.goto(`${producer.url}/jobs/${id}`);
  await startWorker(producer.name);
  await page.getByRole("heading", { name: "quotient succeeded" }).waitFor();

  expect(streams.length).toBe(2);
});

test("a job's page says that the connection is lost, keeps what was last known, and takes it back", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, { x: 10, y: 2 });
  const { page } = await openPage();
  const known = page.getByText("No worker is connected: it will start as soon as one is.");
  const lost = page.getByText("The connection is lost; trying again.");
  const status = await (await fetch(`${producer.url}/api/v1/jobs/${id}`)).text();
  let isAway = false;
  await page.route(`**/jobs/${id}/*`, async (route) => {
    if (isAway) return route.abort();
    isAway = true;
    // A stream that ends after its first event.
    const body = `event: status\ndata: ${status}\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.goto(`${producer.url}/jobs/${id}`);
  await lost.waitFor();
  expect([await known.count(), await lost.count()]).toEqual([1, 1]);

  await page.unroute(`**/jobs/${id}/*`);
  await lost.waitFor({ state: "detached" });
  expect(await known.count()).toBe(1);
});

test("a job's page says that the queue cannot be read, and takes it back", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { url } = await spawnProducer(redis.url);
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);
  const known = page.getByText("No worker is connected: it will start as soon as one is.");
  const unread = page.getByText("The queue cannot be read now: this is how the job stood last.");
  await known.waitFor();
  await redis.signal("SIGSTOP");
  await unread.waitFor();
  expect(await known.count()).toBe(1);

  await redis.signal("SIGCONT");
  await unread.waitFor({ state: "detached" });
  expect(await known.count()).toBe(1);
});

test("a job's page whose stream was never opened says that the queue cannot be read, too", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, { x: 10, y: 2 });
  const { page } = await openPage();
  const unread = page.getByText("The queue cannot be read now: this is how the job stood last.");
  await page.route(`**/jobs/${id}/*`, (route) => route.fulfill({ status: 503 }));
  await page.goto(`${producer.url}/jobs/${id}`);
  await unread.waitFor();
  await page.unroute(`**/jobs/${id}/*`);
  await unread.waitFor({ state: "detached" });
  expect(await page.title()).toBe("○ Quotient waiting · Tripod");
});

/** Collects the addresses of the event streams that the page asks for. */
function collectStreams(page: Page): readonly string[] {
  const streams: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/events")) streams.push(request.url());
  });
  return streams;
}
