import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openPage } from "../support/browser.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const lostText = "The connection is lost; trying again.";
const stale = `${lostText} These figures are stale.`;

test("an overview that hears nothing for five seconds says that it is stale, and comes back by itself", async () => {
  const { url } = await startProducer();
  const way = await openWay(url);
  const { page } = await openPage();
  let pushes = 0;
  page.on("response", (response) => {
    if (response.url().endsWith("/events")) pushes += 1;
  });
  await page.goto(`${way.url}/overview`);
  const status = page.getByRole("status").first();
  await page.locator("[data-moment]").first().waitFor({ state: "attached" });
  await expect.poll(() => pushes).toBe(1);
  expect(await page.locator("main[data-stale]").count()).toBe(0);

  const silentAt = performance.now();
  way.freeze();
  await page.getByText(stale).waitFor({ timeout: 20_000 });
  // Pushes come each second: the last one may be that much older than the silence.
  expect(performance.now() - silentAt).toBeGreaterThan(3_500);
  expect(await page.locator("main[data-stale]").count()).toBe(1);
  expect(await page.locator('[data-reading="waiting"]').textContent()).toBe("0");

  way.mend();
  await page.locator("main:not([data-stale])").waitFor({ timeout: 30_000 });
  expect(await status.textContent()).toBe("No worker is connected: nothing starts until one is.");
});

test("a job's page that hears nothing for ten seconds says so, and shows what came of the job once it can", async () => {
  const { url, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const way = await openWay(url);
  const { page } = await openPage();
  const streamed = page.waitForResponse((response) => response.url().endsWith("/events"));
  await page.goto(`${way.url}/jobs/${id}`);
  await streamed;
  way.freeze();
  await startWorker(name);
  await untilFinal(url, id);
  await page.getByText(lostText).waitFor({ timeout: 20_000 });
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Quotient waiting");

  way.mend();
  await page.getByRole("heading", { name: "quotient succeeded" }).waitFor({ timeout: 20_000 });
});

test("a page whose connections are all dead gives them up one after the other, and is back", async () => {
  const { page, asked } = await openDead({ dead: 6 });
  let seconds = 0;
  for (; seconds < 60 && asked.length < 8; seconds += 1) await page.clock.runFor(1_000);

  // A pause, and five seconds of silence on each.
  expect(seconds).toBeLessThanOrEqual(34);
  await page.getByText("No worker is connected").waitFor();
});

test("a page that never hears anything asks less and less often", async () => {
  const { page, asked } = await openDead({ dead: Number.POSITIVE_INFINITY });
  for (let seconds = 0; seconds < 120; seconds += 1) await page.clock.runFor(1_000);

  expect(asked.length).toBeGreaterThan(7);
  expect(asked.length).toBeLessThan(14);
});

/** An overview whose stream has ended, so many of whose next questions are never answered, by a clock of its own. */
async function openDead({ dead }: { dead: number }) {
  const { url } = await startProducer();
  const { page } = await openPage();
  await page.clock.install();
  const data = await (await fetch(`${url}${paths.overviewState}`)).text();
  const asked: string[] = [];
  await page.route("**/overview/*", async (route) => {
    asked.push(route.request().url());
    const body = `event: snapshots\ndata: ${data}\n\n`;
    if (asked.length === 1) await route.fulfill({ contentType: "text/event-stream", body });
    else if (asked.length > 1 + dead) await route.continue();
  });
  await page.goto(`${url}${paths.overview}`);
  await until("the first stream", () => asked.length === 1);
  return { page, asked };
}

/**
 * A way to a producer on which all connections stand, and nothing comes back while it is frozen. A
 * stream of then stays silent for ever.
 */
async function openWay(url: string) {
  const target = new URL(url);
  const answers = new Set<Socket>();
  const streams = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const producer = connect(Number(target.port), target.hostname);
    answers.add(producer);
    const end = () => {
      answers.delete(producer);
      producer.destroy();
      client.destroy();
    };
    for (const socket of [client, producer]) socket.on("error", end).on("close", end);
    client.on("data", (data) => {
      if (/^GET \S+\/events /.test(data.toString())) streams.add(producer);
      producer.write(data);
    });
    producer.on("data", (data) => client.write(data));
    if (frozen) producer.pause();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const producer of answers) producer.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    freeze() {
      frozen = true;
      for (const producer of answers) producer.pause();
    },
    mend() {
      frozen = false;
      for (const producer of answers) if (!streams.has(producer)) producer.resume();
    },
  };
}
