import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import type { OverviewSnapshot } from "../../src/producer/overview/snapshot.ts";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";

const waits = '[data-plot]:has([data-reading="wait_p50"])';

test("draws the half beside the 95 %, also where they are the same", async () => {
  const page = await openOverview(() => ({ wait_seconds: { p50: 300, p95: 300 } }));
  const drawn = await readLines(page, waits);
  expect(drawn.map(({ name, pixels }) => [name, pixels > 100])).toEqual([
    ["wait_p50", true],
    ["wait_p95", true],
  ]);
});

test("tells the numbers of the moment that is pointed at, in all plots, and then the latest again", async () => {
  const page = await openOverview((minutesAgo) => ({
    succeeded: 100 + minutesAgo,
    wait_seconds: { p50: minutesAgo, p95: 60 + minutesAgo },
  }));
  const read = async (name: string) => page.locator(`[data-reading="${name}"]`).textContent();
  expect([await read("wait_p95"), await read("succeeded")]).toEqual(["1 min", "100"]);
  await page.locator(`${waits} .u-over`).hover({ position: { x: 2, y: 20 } });
  const moment = page.locator(`${waits} [data-moment]`);
  expect(await moment.textContent()).toMatch(/^at \d/);
  expect([await read("wait_p95"), await read("succeeded")]).toEqual(["1 min 9 s", "109"]);
  await page.mouse.move(0, 0);
  await until("the latest", async () => (await moment.textContent()) === "");
  expect([await read("wait_p95"), await read("succeeded")]).toEqual(["1 min", "100"]);
});

test("tells a plot's ten minutes as a table, to who does not see it", async () => {
  const page = await openOverview((minutesAgo) => ({
    failed: 1,
    failures: minutesAgo === 4 ? { _OTHER: 7 } : {},
    wait_seconds: minutesAgo === 2 ? null : { p50: minutesAgo, p95: 100 },
  }));
  await page.getByText("Wait as a table").click();
  const table = page.locator(`${waits} table`);
  const cells = await table
    .locator("tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
  expect(cells[0]).toEqual(["Time", "Half within (p50)", "95 % within (p95)"]);
  expect(cells.slice(1).map(([, half, most]) => [half, most])).toEqual([
    ["0 s", "1 min 40 s"],
    ["1 s", "1 min 40 s"],
    ["–", "–"],
    ...[3, 4, 5, 6, 7, 8, 9].map((seconds) => [`${seconds} s`, "1 min 40 s"]),
  ]);
  expect(await table.locator('th[scope="col"]').count()).toBe(3);
  expect(await table.locator('tbody th[scope="row"]').count()).toBe(10);

  await page.getByText("Failures per minute as a table").click();
  await page.locator("section:last-child table").waitFor();
  const failures = await page.locator("section:last-child tr").allInnerTexts();
  expect(failures[0]).toBe("Time\tunexpected error");
  expect(failures.filter((row) => row.endsWith("\t7"))).toHaveLength(1);
});

test("tells lines apart where the system gives all of them one colour", async () => {
  const page = await openOverview(() => ({ wait_seconds: { p50: 100, p95: 300 } }), {
    forcedColors: "active",
    colorScheme: "dark",
  });
  const colours = (await page.evaluate(
    `[...document.querySelectorAll('${waits} .swatch')].map((swatch) => getComputedStyle(swatch).color)`,
  )) as string[];
  expect(colours).toHaveLength(2);
  expect(new Set(colours).size).toBe(1);
  const [line, grid] = (await page.evaluate(`(${readLuminances})('${waits} .canvas')`)) as number[];
  expect(grid).toBeLessThan((line ?? 0) / 2);
  const gaps = (await page.evaluate(`(${countGaps})(${JSON.stringify(waits)})`)) as number[];
  // One line without a gap, and one with many.
  expect(gaps.toSorted((a, b) => a - b)).toEqual([0, expect.any(Number)]);
  expect(Math.max(...gaps)).toBeGreaterThan(10);
});

test("prints its plots in the colours of paper, whatever those of the screen are", async () => {
  const page = await openOverview(() => ({ wait_seconds: { p50: 1, p95: 2 } }), {
    colorScheme: "dark",
  });
  const onPaper = "rgb(47, 91, 208)";
  const [seen] = await readLines(page, waits);
  expect([seen?.colour === onPaper, (seen?.pixels ?? 0) > 100]).toEqual([false, true]);
  // Right away: what is printed waits for no further snapshot.
  await page.evaluate(`matchMedia("print").addEventListener("change", () => setTimeout(() => {
    globalThis.printed = (${countPixels})(${JSON.stringify(waits)});
  }))`);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const [printed] = await until("the print", () =>
    page.evaluate<DrawnLine[] | undefined>("globalThis.printed"),
  );
  expect([printed?.colour, (printed?.pixels ?? 0) > 100]).toEqual([onPaper, true]);
});

test.for([16, 32])("fits 320 pixels, with text of %d pixels", async (size) => {
  const page = await openOverview(
    () => ({ wait_seconds: { p50: 5_400, p95: 9_000 }, failures: { unknown_task: 3 } }),
    { viewport: { width: 320, height: 800 } },
    `const enlarged = new CSSStyleSheet();
    enlarged.replaceSync("html { font-size: ${size}px } body { font-size: 1rem }");
    document.adoptedStyleSheets = [enlarged];`,
  );
  await page.getByText("Wait as a table").click();
  const wide = await page.evaluate(`[...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
    .filter((element) => element.closest("details") === null)
    .map((element) => element.outerHTML.slice(0, 80))`);
  expect([wide, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([[], 320]);
  expect((await page.locator("main").boundingBox())?.width).toBe(320);
  const plot = await page.locator(`${waits} .u-over`).boundingBox();
  expect(plot?.width).toBeGreaterThan(90);
});

/**
 * An overview of a queue whose minutes were as told, with a snapshot each five seconds; the minute
 * that ends now is the one of 0 minutes ago.
 */
async function openOverview(
  tellMinute: (minutesAgo: number) => Partial<OverviewSnapshot["last_minute"]>,
  options: BrowserContextOptions = {},
  script = "",
): Promise<Page> {
  const { url } = await startProducer();
  const { page } = await openPage(options);
  const now = Date.now();
  const snapshots = Array.from({ length: 120 }, (_, i) => 119 - i).map((steps) => ({
    at: new Date(now - steps * 5_000).toISOString(),
    queue: {
      waiting: 3,
      working: 3,
      workers: 1,
      paused: false,
      oldest_waiting_seconds: 100,
      clock_skew_seconds: 0,
      blocked_by: [],
    },
    queues: {},
    schedules: [],
    last_minute: {
      succeeded: 0,
      failed: 0,
      failures: {},
      wait_seconds: null,
      end_to_end_seconds: null,
      ...tellMinute(Math.floor((steps * 5) / 60)),
    },
  })) satisfies OverviewSnapshot[];
  await page.route("**/overview/events", (route) =>
    route.fulfill({
      contentType: "text/event-stream",
      body: `event: snapshots\ndata: ${JSON.stringify(snapshots)}\n\n`,
    }),
  );
  // What comes after it is of another queue.
  await page.route("**/overview/state?*", (route) => route.fulfill({ json: [] }));
  await page.addInitScript(script);
  await page.goto(`${url}${paths.overview}`);
  await page.locator('[data-reading="oldest_waiting"]', { hasText: "1 min 40 s" }).waitFor();
  return page;
}

interface DrawnLine {
  readonly name: string;
  /** As its text has it. */
  readonly colour: string;
  readonly pixels: number;
}

/** Of each line how many pixels show its colour. */
async function readLines(page: Page, plot: string): Promise<DrawnLine[]> {
  return (await page.evaluate(`(${countPixels})(${JSON.stringify(plot)})`)) as DrawnLine[];
}

const countPixels = `(plot) => {
  const section = document.querySelector(plot);
  const canvas = section.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...section.querySelectorAll("[data-reading]")].map((value) => {
    const swatch = value.parentElement.querySelector(".swatch");
    const { color: colour } = getComputedStyle(swatch);
    const parts = colour.match(/\\d+/g).map(Number);
    const pixels = data.filter((_, i) => i % 4 === 0 && data[i + 3] > 50 &&
      parts.every((part, j) => Math.abs(data[i + j] - part) < 8)).length;
    return { name: value.dataset.reading, colour, pixels };
  });
}`;

/** Of a plot's numbers and of its grid, between 0 and 255. */
const readLuminances = `(found) => {
  const { color, borderTopColor } = getComputedStyle(document.querySelector(found));
  const context = document.createElement("canvas").getContext("2d");
  return [color, borderTopColor].map((colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
}`;

/** How often each of the lines, which are level, is broken. */
const countGaps = `(plot) => {
  const section = document.querySelector(plot);
  const canvas = section.querySelector("canvas");
  const over = section.querySelector(".u-over");
  const scale = canvas.width / canvas.clientWidth;
  const [left, top] = [over.offsetLeft * scale, over.offsetTop * scale];
  const context = canvas.getContext("2d");
  const swatch = section.querySelector(".swatch");
  const colour = getComputedStyle(swatch).color.match(/\\d+/g).map(Number);
  const width = Math.floor(over.clientWidth * scale);
  const levels = [];
  for (let y = Math.ceil(top); y < top + over.clientHeight * scale; y += 1) {
    const { data } = context.getImageData(left, y, width, 1);
    const marks = Array.from({ length: width }, (_, x) => data[x * 4 + 3] > 200 &&
      colour.every((part, j) => Math.abs(data[x * 4 + j] - part) < 60));
    const inked = marks.filter(Boolean).length;
    if (inked < width / 4) continue;
    // From where the line begins to where it ends.
    const line = marks.slice(marks.indexOf(true), marks.lastIndexOf(true) + 1);
    levels.push({ y, gaps: line.filter((mark, x) => !mark && line[x - 1]).length });
  }
  // A line is some pixels high.
  return levels.filter(({ y }, i) => levels[i - 1]?.y !== y - 1).map(({ gaps }) => gaps);
}`;
