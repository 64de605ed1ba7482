import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";

vi.setConfig({ testTimeout: 60_000 });

const stale = "The connection is lost; trying again. These figures are stale.";

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
