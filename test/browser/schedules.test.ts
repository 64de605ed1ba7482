import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";
import { scheduledTask } from "../support/scheduled.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("the overview's schedules keep up, and fit a phone", async () => {
  const tasks = new Map([["clock-changes-everywhere", scheduledTask({ everyMs: 1_000 })]]);
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  await until("a run", async () =>
    /<td data-last>2/.test(await (await fetch(`${url}/overview`)).text()),
  );
  const { page, complaints } = await openPage({ viewport: { width: 390, height: 800 } });
  await page.goto(`${url}/overview`);
  const row = page.locator('tr[data-schedule="clock-changes-everywhere"]');
  const [next, last] = [row.locator("[data-next]"), row.locator("[data-last]")];
  const before = [await next.textContent(), await last.textContent()];
  await until("later slots", async () => {
    const now = [await next.textContent(), await last.textContent()];
    return now.every((text, i) => (text ?? "") > (before[i] ?? ""));
  });
  const hidden = await page
    .locator(".schedules .queues")
    .evaluate((region) => region.scrollWidth - region.clientWidth);
  expect(hidden).toBe(0);
  expect(complaints).toEqual([]);
});
