import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task } from "../../src/task/task.ts";
import { openPage } from "../support/browser.ts";
import { startProducer } from "../support/producer.ts";
import { loadTwoTasks } from "../support/second-task.ts";

/** Tasks of many fields and long words, as a large deployment may have them. */
function createTasks(count: number): Map<string, Task> {
  const fields = Array.from({ length: 8 }, (_, index) => [`field${index}`, z.string()] as const);
  return new Map(
    // In another order than that of their titles.
    Array.from({ length: count }, (_, place) => {
      const index = count - 1 - place;
      const number = String(index).padStart(3, "0");
      const task = defineTask({
        title: `Report ${number}`,
        description: `Writes the report of ${index % 2 === 0 ? "Gdańsk" : "Köln"}, ${"and so on, ".repeat(20)}`,
        input: z.strictObject(Object.fromEntries(fields)),
        timeLimitMs: 1_000,
        run: async () => undefined,
      });
      return [`report-${number}`, task] as const;
    }),
  );
}

const readTitles = (page: Page) => page.locator("#found li a").allInnerTexts();
const readCount = (page: Page) => page.getByRole("status").innerText();

test.each([1280, 390])(
  "of 200 tasks the index is a page of no great height, %d px wide, and never wider",
  async (width) => {
    const producer = await startProducer({ tasks: createTasks(200) });
    const { page, complaints } = await openPage({ viewport: { width, height: 800 } });
    await page.goto(producer.url);
    const heightOf = "document.documentElement.scrollHeight";
    const widthOf = "document.documentElement.scrollWidth";
    expect(await page.evaluate(heightOf)).toBeLessThan(2_400);
    expect(await page.evaluate(widthOf)).toBe(width);
    expect([await readCount(page), complaints]).toEqual(["200 tasks, page 1 of 10", []]);
    expect(await page.getByRole("heading", { name: "Your jobs" }).count()).toBe(1);
  },
);

test("the index of 200 tasks leads to each, page by page, without JavaScript", async () => {
  const producer = await startProducer({ tasks: createTasks(200) });
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(producer.url);
  const titles = await readTitles(page);
  for (let number = 2; number <= 10; number += 1) {
    await page.getByRole("link", { name: "Next" }).click();
    titles.push(...(await readTitles(page)));
  }

  expect([new Set(titles).size, titles[0], titles.at(-1)]).toEqual([
    200,
    "Report 000",
    "Report 199",
  ]);
  expect([
    await page.getByRole("link", { name: "Next" }).count(),
    await page.getByRole("link", { name: "Previous" }).getAttribute("href"),
  ]).toEqual([0, "/?page=9"]);
});

test("a search without JavaScript finds tasks by title, name and description", async () => {
  const producer = await startProducer({ tasks: createTasks(200) });
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(producer.url);
  const find = async (words: string) => {
    await page.getByLabel("Search").fill(words);
    await page.getByRole("button", { name: "Search" }).click();
    return [await page.getByLabel("Search").inputValue(), await readCount(page)];
  };

  expect([
    await find("report 17"),
    await find("KÖLN report-17"),
    await find("Ko\u0308ln report-17"),
    await find("report-042"),
    await find("Kyoto"),
  ]).toEqual([
    ["report 17", "12 tasks"],
    ["KÖLN report-17", "5 tasks"],
    ["Ko\u0308ln report-17", "5 tasks"],
    ["report-042", "1 task"],
    ["Kyoto", "No task has all of these words: try fewer."],
  ]);
  await find("köln");
  await page.getByRole("link", { name: "Next" }).click();
  expect([await readCount(page), new URL(page.url()).search]).toEqual([
    "100 tasks, page 2 of 5",
    "?q=k%C3%B6ln&page=2",
  ]);
});

test("a search narrows the list while one types, and keeps place and address", async () => {
  const producer = await startProducer({ tasks: createTasks(200) });
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await page.evaluate("window.sameDocument = true");
  await page.getByLabel("Search").pressSequentially("report-042");
  await page.getByText("1 task", { exact: true }).waitFor();
  expect([await readTitles(page), new URL(page.url()).search]).toEqual([
    ["Report 042"],
    "?q=report-042",
  ]);
  expect([
    await page.evaluate("window.sameDocument"),
    await page.evaluate("document.activeElement.id"),
  ]).toEqual([true, "q"]);

  await page.getByLabel("Search").fill("");
  await page.getByText("200 tasks, page 1 of 10").waitFor();
  expect([(await readTitles(page)).length, complaints]).toEqual([20, []]);
});

test("a search that another overtakes is given up", async () => {
  const producer = await startProducer({ tasks: createTasks(200) });
  const { page } = await openPage();
  await page.goto(producer.url);
  const overtaken = `${producer.url}/?q=report-04`;
  // Never answered: it ends only if the page leaves it.
  await page.route(overtaken, () => undefined);
  const begun = page.waitForRequest(overtaken);
  await page.getByLabel("Search").fill("report-04");
  const left = page.waitForEvent("requestfailed");
  await begun;
  await page.getByLabel("Search").fill("report-042");
  expect((await left).url()).toBe(overtaken);
  await page.getByText("1 task", { exact: true }).waitFor();
});

test("a page beyond the last, or that is none, is one there is", async () => {
  const { url } = await startProducer({ tasks: createTasks(30) });
  const counts = await Promise.all(
    ["99", "0", "-3", "x", "2"].map(
      async (page) =>
        /\d+ tasks, page \d of \d/.exec(await (await fetch(`${url}/?page=${page}`)).text())?.[0],
    ),
  );
  expect(counts).toEqual([2, 1, 1, 1, 2].map((page) => `30 tasks, page ${page} of 2`));
});

test("where there is no task, the index says how there will be one", async () => {
  const { url } = await startProducer({ tasks: new Map() });
  expect(await (await fetch(url)).text()).toContain(
    "There is no task yet: add a file to src/tasks.",
  );
});

test("a task's page leads back to all, and a job's page to its own task", async () => {
  const producer = await startProducer({ tasks: await loadTwoTasks() });
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await page.getByRole("link", { name: "Quotient" }).click();
  expect([
    await page.title(),
    await page.getByRole("heading", { level: 1 }).allInnerTexts(),
  ]).toEqual(["Quotient · Tripod", ["Quotient"]]);
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "quotient waiting" }).waitFor();
  const jobPath = new URL(page.url()).pathname;
  await page.getByRole("link", { name: "Submit another job" }).click();
  expect(new URL(page.url()).pathname).toBe("/tasks/quotient");
  await page.getByRole("link", { name: "All tasks" }).click();
  const recent = page.locator(`a[href="${jobPath}"]`);
  expect([new URL(page.url()).pathname, await recent.count(), complaints]).toEqual(["/", 1, []]);
});

test("a refused form is its task's page, whose title says so and whose field is marked", async () => {
  const producer = await startProducer({ tasks: await loadTwoTasks() });
  const { page } = await openPage();
  await page.goto(`${producer.url}/tasks/repeat`);
  const text = page.getByLabel("Text");
  await text.fill("x".repeat(201));
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("Not submitted: correct what follows.").waitFor();
  const described = (await text.getAttribute("aria-describedby"))?.split(" ") ?? [];
  const texts = await Promise.all(
    described.map(async (id) => (await page.locator(`#${id}`).innerText()).trim()),
  );

  expect([
    await page.title(),
    await text.getAttribute("aria-invalid"),
    await page.evaluate("document.activeElement.id"),
    await page.getByLabel("Times").getAttribute("aria-invalid"),
    texts,
  ]).toEqual([
    "Error: Repeat · Tripod",
    "true",
    "repeat-text",
    null,
    ["Enter at most 200 characters.", "What to say."],
  ]);
});
