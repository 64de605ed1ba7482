import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { readJob, submitDivision, untilFinal } from "../support/client.ts";
import { askConsole } from "../support/console.ts";
import { examine } from "../support/examination.ts";
import { addFailedJobs } from "../support/failed-jobs.ts";
import { startProducer } from "../support/producer.ts";
import { keepSchedule, scheduledTask } from "../support/scheduled.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

test("an operator retries and cancels a job on its page, without JavaScript, too", async () => {
  const { url, boardUrl, name } = await startProducer({ readOnly: false });
  const { worker } = await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  await untilFinal(url, id);
  await worker.pause();
  const found: string[] = [];
  for (const javaScriptEnabled of [true, false]) {
    const { page, complaints } = await openPage({ javaScriptEnabled });
    await openConsolePage(page, `${boardUrl}/jobs/${id}`);
    await page.locator("#act-retry > summary").click();
    await page.locator("#act-retry").getByLabel("Reason").fill("its database is back");
    // Which runs in the page.
    if (javaScriptEnabled) found.push(...(await examine(page, "the job's page")));
    await page.locator("#act-retry").getByRole("button", { name: "Retry" }).click();
    await page.getByText("its database is back").first().waitFor();
    expect(await readJob(url, id)).toMatchObject({ status: "waiting", attempts: 0 });
    await page.locator("#act-cancel > summary").click();
    await page.locator("#act-cancel").getByRole("button", { name: "Cancel" }).click();
    await page.locator("#act-retry").waitFor();
    expect(await readJob(url, id)).toMatchObject({ error_type: "cancelled_by_user" });
    expect(complaints).toEqual([]);
  }
  expect(found).toEqual([]);
});

test("an operator edits and resubmits a job by keyboard, without JavaScript, too, on a sound page", async () => {
  const { url, boardUrl, name } = await startProducer({ readOnly: false });
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 7, y: 0 });
  await untilFinal(url, id);
  const found: string[] = [];
  for (const javaScriptEnabled of [true, false]) {
    const viewport = { width: 390, height: 800 };
    const { page, complaints } = await openPage({ javaScriptEnabled, viewport });
    await openConsolePage(page, `${boardUrl}/jobs/${id}`);
    await page.getByRole("link", { name: "Edit and resubmit" }).focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("y", { exact: true }).fill("2");
    // Which runs in the page.
    if (javaScriptEnabled) found.push(...(await examine(page, "the form")));
    await page.getByLabel("Reason").fill("the divisor was zero");
    await page.keyboard.press("Enter");
    if (javaScriptEnabled) {
      // Without a script the page is soon loaded anew, which says it no more.
      await page.getByText("Resubmitted: this is the new job.").waitFor();
      found.push(...(await examine(page, "what was done")));
    }
    await page.getByText("resubmitted from").waitFor();
    const made = new URL(page.url()).pathname.replace("/jobs/", "");
    expect(await untilFinal(url, made)).toMatchObject({ result: 3.5 });
    await page.getByRole("link", { name: id }).click();
    await page.getByText("the divisor was zero").first().waitFor();
    await page.locator(`a[href="/jobs/${made}"]`).waitFor();
    expect(complaints).toEqual([]);
  }
  expect(found).toEqual([]);
});

test("the pages of an action on many jobs are sound, from the order to its end", async () => {
  const { boardUrl, queue, redis } = await startProducer({ readOnly: false });
  await addFailedJobs(queue, redis, 60);
  const { page, complaints } = await openPage({ viewport: { width: 390, height: 800 } });
  await until("all jobs to be listed", async () => {
    const { body } = await askConsole(boardUrl, "/jobs?state=failed");
    return body.index?.phase === "following" && body.counts.failed === 60;
  });
  await openConsolePage(page, `${boardUrl}/actions/new?action=retry&state=failed`);
  await page.getByRole("heading", { name: "Retry 60 jobs" }).waitFor();
  expect(await examine(page, "the order")).toEqual([]);
  await page.getByRole("button", { name: "Retry 60 jobs" }).click();
  await page.getByText("done", { exact: true }).waitFor();
  expect(await examine(page, "the run")).toEqual([]);
  expect([await queue.getWaitingCount(), complaints]).toEqual([60, []]);
  await page.getByRole("link", { name: "Actions on many jobs" }).click();
  await page.getByRole("link", { name: "Retry 60 jobs" }).waitFor();
  expect(await examine(page, "the list of runs")).toEqual([]);
});

test("the pages of queues, schedules and the audit are sound, and fit a phone", async () => {
  const schedule = { cron: "30 2 * * *", timeZone: "Europe/Zurich", input: { days: 7 } };
  const tasks = new Map([["report", scheduledTask(schedule)]]);
  const { boardUrl, name } = await startProducer({ tasks, readOnly: false });
  keepSchedule(name, { schedule });
  const { page, complaints } = await openPage({ viewport: { width: 390, height: 800 } });
  await openConsolePage(page, `${boardUrl}/queues`);
  await page.locator("summary").click();
  await page.getByLabel("Reason").fill("a word of two hundred characters ".repeat(6));
  await page.getByRole("button", { name: /^Pause/ }).click();
  await page.getByText("paused", { exact: true }).waitFor();
  const pages = [
    ["/queues", "Resume"],
    ["/schedules", "Run now"],
    ["/audit", "done"],
  ];
  for (const [path = "", told = ""] of pages) {
    await page.goto(`${boardUrl}${path}`);
    await page.getByText(told).first().waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const needed = await page.evaluate("document.documentElement.scrollWidth");
      expect([path, needed]).toEqual([path, width]);
    }
    expect(await examine(page, path)).toEqual([]);
  }
  await page.goto(`${boardUrl}/schedules`);
  await page.getByRole("button", { name: "Run now report" }).click();
  await page.getByText("at an operator").waitFor();
  expect(complaints).toEqual([]);
});
