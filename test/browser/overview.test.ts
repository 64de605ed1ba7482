import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openPage } from "../support/browser.ts";
import { readBody, submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const plots = 6;

test("moves its numbers and plots with the jobs, without loading anew", async () => {
  const { url, name } = await startProducer();
  const { page, complaints } = await openPage();
  let loads = 0;
  page.on("load", () => (loads += 1));
  await page.goto(`${url}/overview`);
  await page.getByText("No worker is connected").waitFor();
  await submitDivision(url, { x: 1, y: 2, delayMs: 2_000 });
  await untilReadings(page, { waiting: "1", working: "0", succeeded: "0", failed: "0" });

  await startWorker(name);
  await untilReadings(page, { waiting: "0", working: "1", workers: "1" });
  await submitDivision(url, { x: 1, y: 0 });
  await untilReadings(page, { succeeded: "1", failed: "1", division_by_zero: "1" });
  await page.getByText("The queue is idle.").waitFor();
  expect(await readReading(page, "end_to_end_p95")).toMatch(/^\d+(\.\d)? s$/);
  expect(await page.getByText("overflow", { exact: true }).isVisible()).toBe(false);
  await until("a line on every plot", async () => (await countDrawn(page)) === plots);
  expect([loads, complaints]).toEqual([1, []]);
});

test("numbers an axis of minutes by what each of its lines stands for", async () => {
  const { url } = await startProducer();
  const { page } = await openPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(collectDrawnTexts);
  const [snapshot] = await readBody(await fetch(`${url}${paths.overviewState}`));
  const last_minute = {
    succeeded: 1,
    failed: 0,
    failures: {},
    wait_seconds: null,
    end_to_end_seconds: { p50: 300, p95: 300 },
  };
  const data = JSON.stringify([{ ...snapshot, last_minute }]);
  await page.route("**/events", (route) =>
    route.fulfill({
      contentType: "text/event-stream",
      body: `event: snapshots\ndata: ${data}\n\n`,
    }),
  );
  await page.goto(`${url}/overview`);
  const last = await until("the axis", async () => {
    const drawn = (await page.evaluate("drawnOf('End to end')")) as string[];
    return drawn.at(-1)?.endsWith("min") === true && drawn;
  });
  expect(last.slice(-3)).toEqual(["0 s", "2 min", "4 min"]);
});

test("leaves room for a time of day at the end of each plot's axis", async () => {
  const { url } = await startProducer();
  const { page } = await openPage();
  await page.goto(`${url}/overview`);
  const plotted = page.locator(".u-over");
  await plotted.nth(plots - 1).waitFor();
  const rooms = await plotted.evaluateAll((areas) =>
    areas.map((area) => {
      const whole = area.parentElement?.getBoundingClientRect().right ?? Number.NaN;
      return whole - area.getBoundingClientRect().right;
    }),
  );
  // Half of "12:55 PM" in the axis' font of 12 pixels.
  expect(rooms.filter((room) => room >= 26)).toHaveLength(plots);
});

test("says that the queue is paused, and keeps its numbers when the producer is gone", async () => {
  const { url, queue, close } = await startProducer();
  await queue.pause();
  const { page } = await openPage();
  await page.goto(`${url}/overview`);
  await page.getByText("The queue is paused: nothing starts until it is resumed.").waitFor();
  await close();
  await page.getByText("The connection is lost; trying again.").waitFor();
  expect(await readReading(page, "waiting")).toBe("0");
});

test.for(["light", "dark"] as const)("fits a phone, in %s colours", async (colorScheme) => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { page, complaints } = await openPage({
    viewport: { width: 390, height: 844 },
    colorScheme,
  });
  await submitDivision(url, { x: 1, y: 0 });
  await page.goto(url);
  await page.getByRole("link", { name: "Overview" }).click();
  await untilReadings(page, { failed: "1" });
  await until("a line on every plot", async () => (await countDrawn(page)) === plots);
  const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  expect([widths, complaints]).toEqual([[390, 390], []]);
});

test("redraws its plots when the window gets narrower", async () => {
  const { url } = await startProducer();
  const { page, complaints } = await openPage({ viewport: { width: 1200, height: 800 } });
  await page.goto(`${url}/overview`);
  await untilReadings(page, { waiting: "0" });
  await page.setViewportSize({ width: 390, height: 844 });
  const widths = await until("the narrow plots", async () => {
    const found = (await page.evaluate(
      "[...document.querySelectorAll('canvas')].map((canvas) => canvas.clientWidth)",
    )) as number[];
    return found.every((width) => width < 390) && found;
  });
  expect([widths.length, complaints]).toEqual([plots, []]);
});

/** Lets the page keep what its plots write at their axes, which a canvas does not tell. */
const collectDrawnTexts = `
  const drawn = new Map();
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    drawn.set(this.canvas, [...(drawn.get(this.canvas) ?? []), text]);
    return fillText.call(this, text, ...rest);
  };
  globalThis.drawnOf = (title) => {
    const plots = [...document.querySelectorAll("[data-plot]")];
    const plot = plots.find((found) => found.querySelector("h2").textContent === title);
    return drawn.get(plot.querySelector("canvas")) ?? [];
  };`;

async function untilReadings(page: Page, readings: Readonly<Record<string, string>>) {
  await until(`readings ${JSON.stringify(readings)}`, async () => {
    for (const [name, text] of Object.entries(readings)) {
      if ((await readReading(page, name)) !== text) return false;
    }
    return true;
  });
}

async function readReading(page: Page, name: string): Promise<string | null> {
  return page.locator(`[data-reading="${name}"]`).textContent();
}

/** How many plots show a line in the colour that their text gives it. */
async function countDrawn(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll("[data-plot]")].filter((plot) => {
    const canvas = plot.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const shown = [...plot.querySelectorAll(".swatch")].filter((swatch) => swatch.checkVisibility());
    return shown.some((swatch) => {
      const colour = getComputedStyle(swatch).color.match(/\\d+/g).map(Number);
      return data.some((_, i) => i % 4 === 0 && data[i + 3] > 50 &&
        colour.every((part, j) => Math.abs(data[i + j] - part) < 8));
    });
  }).length`);
}
