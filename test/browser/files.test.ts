import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { examine } from "../support/examination.ts";
import { writeDivisions } from "../support/file-batch.ts";
import { startProducer } from "../support/producer.ts";
import { loadTwoTasks } from "../support/second-task.ts";
import { submitDivision } from "../support/client.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const phone = { viewport: { width: 390, height: 800 } };

/** Has somebody choose a file on the form of the divisions, and look at it. */
async function sendFile(page: Page, url: string, text: string) {
  await page.goto(`${url}/tasks/quotient`);
  await page.getByText("Submit many from a file").click();
  const buffer = Buffer.from(text);
  await page
    .getByLabel("CSV file")
    .setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Look at the file" }).click();
}

async function isAsWideAsItsWindow(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth === innerWidth");
}

test("a form with its file, a refused file, a preview and one without rows to submit are sound", async () => {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  const { page } = await openPage(phone);
  await page.goto(`${url}/tasks/quotient`);
  await page.getByText("Submit many from a file").click();
  expect(await examine(page, "unfolded")).toEqual([]);
  await sendFile(page, url, "one,two\n1,2\n");
  await page.getByText('There is no field "one".').waitFor();
  expect(await page.title()).toMatch(/^Error: /);
  expect(await examine(page, "refused")).toEqual([]);
  await sendFile(page, url, `x;y\n1;2\n${"9".repeat(300)}x;2\n`);
  await page.getByRole("button", { name: "Submit 1 job" }).waitFor();
  expect([await examine(page, "preview"), await isAsWideAsItsWindow(page)]).toEqual([[], true]);
  await sendFile(page, url, "x,y\none,two\n");
  await page.getByRole("heading", { name: "No row can be submitted" }).waitFor();
  expect(await examine(page, "nothing")).toEqual([]);
});

test("the page of a file is sound while its rows are left, wait and have ended", async () => {
  const { url, name } = await startProducer({ limits: { unfinishedPerClient: 3 } });
  const { page, complaints } = await openPage(phone);
  const long = `${"1".repeat(15)},0,0`;
  await sendFile(page, url, `${writeDivisions(4)}${long}\nx,1,0\n`);
  await page.getByRole("button", { name: "Submit 5 jobs" }).click();
  await page.getByRole("heading", { name: "2 rows are not submitted yet" }).waitFor();
  expect(await page.title()).toMatch(/^◐ 0 of 5 Quotient/);
  expect([await examine(page, "left"), await isAsWideAsItsWindow(page)]).toEqual([[], true]);
  await startWorker(name);
  await page.locator(".pill.bad", { hasText: "1 row failed" }).waitFor();
  expect(await page.title()).toMatch(/^✗ 5 of 5 Quotient/);
  expect(await page.locator("tbody tr").first().innerText()).toContain("division_by_zero");
  expect([await examine(page, "ended"), await isAsWideAsItsWindow(page)]).toEqual([[], true]);
  await page.goto(url);
  await page.getByRole("heading", { name: "Your files" }).waitFor();
  expect([await examine(page, "listed"), await isAsWideAsItsWindow(page)]).toEqual([[], true]);
  await page.locator("section", { hasText: "Your files" }).getByRole("link").click();
  await page.getByRole("heading", { name: "5 jobs from a file" }).waitFor();
  // Of what was sent while too much of it was unfinished.
  expect(complaints.filter((text) => !text.includes("429"))).toEqual([]);
});

test("a file is sent, submitted and followed by keyboard alone", async () => {
  const { url, name } = await startProducer();
  const { page, complaints } = await openPage();
  await page.goto(url);
  const tabTo = async (what: string, found: Locator) => {
    for (let i = 0; i < 30; i += 1) {
      await page.keyboard.press("Tab");
      if ((await found.and(page.locator(":focus")).count()) > 0) return;
    }
    throw new Error(`"${what}" is not reached by the tab key`);
  };
  const tabToButton = (text: string) => tabTo(text, page.getByRole("button", { name: text }));
  await tabTo("the folded form", page.getByText("Submit many from a file"));
  await page.keyboard.press("Enter");
  const field = page.getByLabel("CSV file");
  await tabTo("the file", field);
  // What the browser opens to choose one is its own.
  const buffer = Buffer.from(writeDivisions(3));
  await field.setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer });
  await tabToButton("Look at the file");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "3 rows from a file" }).waitFor();
  await tabToButton("Submit 3 jobs");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "3 jobs from a file" }).waitFor();
  await startWorker(name);
  await page.locator(".pill.good", { hasText: "done" }).waitFor();
  expect(complaints).toEqual([]);
});

test("without JavaScript a file is sent, submitted and followed as well", async () => {
  const { url, name } = await startProducer();
  const { page, complaints } = await openPage({ javaScriptEnabled: false });
  await sendFile(page, url, writeDivisions(3));
  await page.getByRole("button", { name: "Submit 3 jobs" }).click();
  await page.getByRole("heading", { name: "3 jobs from a file" }).waitFor();
  await startWorker(name);
  await page.locator(".pill.good", { hasText: "done" }).waitFor();
  expect(complaints).toEqual([]);
});

test("while its page is open, a file goes on by itself as its client's jobs end", async () => {
  const { url, name } = await startProducer({ limits: { unfinishedPerClient: 5 } });
  const { page } = await openPage();
  await startWorker(name);
  await sendFile(page, url, writeDivisions(25));
  await page.getByRole("button", { name: "Submit 25 jobs" }).click();
  await page.locator(".pill.good", { hasText: "done" }).waitFor({ timeout: 90_000 });
  expect(await page.title()).toMatch(/^✓ 25 of 25 Quotient/);
});

test("a file whose rest is refused for good is not submitted by itself again", async () => {
  const { url } = await startProducer({ limits: { unfinishedPerClient: 1 } });
  const { page } = await openPage();
  await sendFile(page, url, writeDivisions(2));
  await page.getByRole("button", { name: "Submit 2 jobs" }).click();
  await page.getByRole("heading", { name: "1 row is not submitted yet" }).waitFor();
  let presses = 0;
  let looks = 0;
  await page.route("**/submit", (route) => {
    presses += 1;
    return route.fulfill({ status: 409 });
  });
  page.on("request", (request) => {
    if (presses > 0 && request.method() === "GET") looks += 1;
  });
  // The page is asked for as often as it would be submitted.
  await until("the page to go on", () => looks >= 4);
  expect(presses).toBe(1);
});

test("seven tabs of one browser stay live with the page of a file among them", async () => {
  const { url, name } = await startProducer();
  const { page, complaints } = await openPage();
  const tabs: Page[] = [];
  for (let i = 0; i < 6; i += 1) {
    const tab = await page.context().newPage();
    const { id } = await submitDivision(url, { x: i, y: 1 });
    await tab.goto(`${url}/jobs/${id}`);
    tabs.push(tab);
  }
  await sendFile(page, url, writeDivisions(3));
  await page.getByRole("button", { name: "Submit 3 jobs" }).click();
  await page.getByRole("heading", { name: "3 jobs from a file" }).waitFor();
  await startWorker(name);
  await Promise.all([
    page.locator(".pill.good", { hasText: "done" }).waitFor(),
    ...tabs.map((tab) => tab.getByRole("heading", { name: "succeeded" }).waitFor()),
  ]);
  expect(complaints).toEqual([]);
});
