import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { nothingTasks as tasks, submitNothing } from "../support/nothing.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";

const gone = "This job is no longer kept";

test("a page whose job is removed says so and asks for nothing more", async () => {
  const { url, queue } = await startProducer({ tasks });
  const { page, complaints } = await openPage();
  await page.clock.install();
  const asked = collectStreams(page);
  const id = await submitNothing(url);
  const shown = page.waitForResponse(
    (response) => response.url().endsWith(id) && response.request().resourceType() === "fetch",
  );
  await page.goto(`${url}/jobs/${id}`);
  await (await shown).finished();
  await queue.remove(id);
  await page.getByText(gone).waitFor();
  await page.clock.runFor("05:00");

  expect(await page.title()).toBe("Nothing gone · Tripod");
  expect(await page.locator("main a").allInnerTexts()).toEqual(["Submit another job"]);
  expect([asked.length, complaints]).toEqual([1, []]);
});

test("a page whose job went while it was not watched says so and asks for nothing more", async () => {
  const { url, queue } = await startProducer({ tasks });
  const { page } = await openPage();
  await page.clock.install();
  const asked = collectStreams(page);
  const id = await submitNothing(url);
  await page.route("**/events", async (route) => {
    await queue.remove(id);
    await route.fallback();
  });
  await page.goto(`${url}/jobs/${id}`);
  await page.getByText(gone).waitFor();
  await page.clock.runFor("05:00");

  expect(asked.length).toBe(1);
});

test("a page whose stream is refused asks for it after longer and longer pauses, and heeds Retry-After", async () => {
  const { url } = await startProducer({ tasks });
  const { page } = await openPage();
  const asked = collectStreams(page);
  await page.route("**/events", async (route) => {
    await (asked.length === 1
      ? route.fulfill({ status: 429, headers: { "retry-after": "3" } })
      : route.fulfill({ status: 503 }));
  });
  await page.goto(`${url}/jobs/${await submitNothing(url)}`);
  await until("four questions", () => asked.length === 4);

  const pausesMs = asked.slice(1).map((at, i) => at - (asked[i] ?? Number.NaN));
  // Told to wait 3 s; after the second failure 2 s, after the third 4 s.
  const expected = [3_000, 2_000, 4_000];
  expect(pausesMs.map((ms, i) => ms >= (expected[i] ?? Number.NaN) - 50)).toEqual([
    true,
    true,
    true,
  ]);
});

/** When the page asked for an event stream, in ms. */
function collectStreams(page: Page): readonly number[] {
  const asked: number[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/events")) asked.push(performance.now());
  });
  return asked;
}
