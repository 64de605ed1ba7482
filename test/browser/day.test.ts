import { expect, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openPage } from "../support/browser.ts";
import { createEnded, keepFiveMinutes } from "../support/overview-day.ts";
import { startProducer } from "../support/producer.ts";

test("draws the last 24 hours, with the numbers of the moment that is pointed at", async () => {
  const { url, queue, redis } = await startProducer();
  for (let ago = 24; ago >= 0; ago -= 1) {
    await keepFiveMinutes(queue, redis, ago, { ended: createEnded(1_000 + ago) });
  }
  const { page } = await openPage();
  await page.goto(`${url}${paths.overviewDay}`);
  const ended = '[data-plot]:has([data-reading="succeeded"])';
  await page.locator(`${ended} canvas`).waitFor();
  const succeeded = page.locator('[data-reading="succeeded"]');
  expect(await succeeded.textContent()).toBe("1,000");
  const plot = page.locator(`${ended} .u-over`);
  const { width = 0 } = (await plot.boundingBox()) ?? {};
  await plot.hover({ position: { x: width * (23 / 24), y: 20 } });
  expect(await page.locator(`${ended} [data-moment]`).textContent()).toMatch(/^at \d\d:\d\d/);
  expect(Number((await succeeded.textContent())?.replace(",", ""))).toBeGreaterThan(1_000);
});

test("takes in what is told of the day since, and says when it cannot be had", async () => {
  const { url, queue, redis } = await startProducer();
  await keepFiveMinutes(queue, redis, 1, { ended: createEnded(5) });
  const { page } = await openPage();
  await page.clock.install();
  await page.goto(`${url}${paths.overviewDay}`);
  await page.locator("canvas").first().waitFor();
  await keepFiveMinutes(queue, redis, 0, { ended: createEnded(7) });
  await page.clock.runFor(61_000);
  await page.locator('[data-reading="succeeded"]', { hasText: /^7$/ }).waitFor();
  expect(await page.locator("dd").first().textContent()).toBe("12");
  await page.route(`**${paths.overviewDay}`, (route) => route.abort());
  await page.clock.runFor(61_000);
  await page.getByText("The connection is lost").waitFor();
});
