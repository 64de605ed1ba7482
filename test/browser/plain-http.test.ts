import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { until } from "../support/until.ts";

/** Where a browser does not say which site a request is from, but for its origin. */
const asOtherHost = (url: string) => url.replace("127.0.0.1", "tripod.test");

test("a form that found the queue full is sent again from its error page over plain HTTP", async () => {
  const { url, queue } = await startProducer({ limits: { queueDepth: 1 } });
  await queue.add("quotient", { x: 1, y: 1, delayMs: 0 });
  const { page } = await openPage();
  await page.goto(asOtherHost(url));
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "Your job was not queued" }).waitFor();
  await queue.drain();
  const heading = page.getByRole("heading", { level: 1 });
  await until("an answer but that the queue is full", async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    return !(await heading.innerText()).startsWith("Your job was not queued");
  });

  expect(await heading.innerText()).toBe("Quotient waiting");
});

test("Bull Board acts over plain HTTP, although it sends no referrer", async () => {
  const { boardUrl, name, queue } = await startProducer({ readOnly: false });
  const { page } = await openPage();
  await openConsolePage(page, `${asOtherHost(boardUrl)}/board`);
  const path = `/board/api/queues/${encodeURIComponent(name)}/pause`;
  const status = await page.evaluate(
    async (address) => (await fetch(address, { method: "PUT" })).status,
    path,
  );

  expect([status, await queue.isPaused()]).toEqual([200, true]);
});
