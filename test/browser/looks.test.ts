import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { loadTwoTasks } from "../support/second-task.ts";

const controls = "input[type=text], input[type=number], select, textarea";

async function listPages() {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  return ["/", "/tasks/repeat", `/jobs/${id}`, "/jobs/nobody"].map((path) => `${url}${path}`);
}

test("letters twice as large need no scrolling to the side on the smallest phone", async () => {
  const { page } = await openPage({ viewport: { width: 320, height: 700 } });
  const widths: unknown[] = [];
  for (const address of await listPages()) {
    await page.goto(address);
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    const size = await page.evaluate("getComputedStyle(document.body).fontSize");
    widths.push([size, await page.evaluate("document.documentElement.scrollWidth")]);
  }
  expect(widths).toEqual(widths.map(() => ["30px", 320]));
});

test.each(["light", "dark"] as const)(
  "what can be filled in stands out from what is around it, in a %s page",
  async (colorScheme) => {
    const { url } = await startProducer({ tasks: await loadTwoTasks() });
    const { page } = await openPage({ colorScheme });
    await page.goto(`${url}/tasks/repeat`);
    const colours =
      (await page.evaluate(`[...document.querySelectorAll("${controls}")].map((control) => [
      getComputedStyle(control).borderTopColor,
      getComputedStyle(control).backgroundColor,
      getComputedStyle(control.closest("section")).backgroundColor,
    ])`)) as [string, string, string][];
    const contrasts = colours.map(([border, ...around]) =>
      Math.min(...around.map((colour) => contrastOf(border, colour))),
    );
    expect(contrasts.length).toBe(4);
    expect(contrasts.filter((contrast) => contrast < 3)).toEqual([]);
    const box = await page.getByLabel("Loud").boundingBox();
    expect([box?.width, box?.height]).toEqual([24, 24]);
  },
);

test("no letter of a task's title stands alone on a phone where letters are large", async () => {
  const { url } = await startProducer();
  const { page } = await openPage({ viewport: { width: 320, height: 700 } });
  await page.goto(url);
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  const title = page.getByRole("heading", { name: "Quotient" });
  // Of 43 pixels with a line height of 1.2.
  expect((await title.boundingBox())?.height).toBeLessThan(60);
});

test("a form is printed with what was entered, and without its buttons", async () => {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  const { page } = await openPage();
  await page.goto(`${url}/tasks/repeat`);
  const shown = () =>
    page
      .locator("summary, button, nav, [type=file]")
      .evaluateAll((found) => found.filter((one) => one.checkVisibility()).length);
  expect(await shown()).toBeGreaterThan(3);
  await page.emulateMedia({ media: "print" });
  expect(await page.getByLabel("Text", { exact: true }).isVisible()).toBe(true);
  expect(await shown()).toBe(0);
});

test("a dark page is printed dark on white", async () => {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const { page } = await openPage({ colorScheme: "dark" });
  await page.goto(`${url}/jobs/${id}`);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  expect(
    await page.evaluate(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    ),
  ).toEqual(["rgb(27, 27, 25)", "rgb(255, 255, 255)"]);
});

test("each page has one main heading, says what it is, and where the API is described", async () => {
  const { page } = await openPage();
  const told: unknown[] = [];
  for (const address of await listPages()) {
    await page.goto(address);
    const contents = ["description", "og:title", "theme-color"].map((name) =>
      page.locator(`meta[name="${name}"], meta[property="${name}"]`).count(),
    );
    told.push([
      await page.getByRole("heading", { level: 1 }).count(),
      await Promise.all(contents),
      await readCurrent(page),
      await page.getByRole("link", { name: "API" }).getAttribute("href"),
    ]);
  }
  const [index, ...others] = told;
  expect(index).toEqual([1, [1, 1, 2], ["Submit"], "/api/openapi.json"]);
  expect(others).toEqual(others.map(() => [1, [1, 1, 2], [], "/api/openapi.json"]));
});

/** As WCAG 2.2 defines it. */
function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Of a colour as a browser computes it, such as `rgb(28, 36, 48)`. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

async function readCurrent(page: Page): Promise<string[]> {
  return page.locator("[aria-current=page]").allInnerTexts();
}
