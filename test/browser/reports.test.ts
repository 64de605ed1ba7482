import { expect, test } from "vitest";
import { z } from "zod";
import type { JobContext } from "../../src/task/job-context.ts";
import { defineTask } from "../../src/task/task.ts";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { examine } from "../support/examination.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

/** A job that tells what the test has it tell, and ends when it is told to. */
async function startJob() {
  const begun = Promise.withResolvers<JobContext>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const input = z.strictObject({});
  const task = defineTask({
    title: "Tell",
    description: "Tells.",
    input,
    timeLimitMs: 60_000,
    async run(_, job) {
      begun.resolve(job);
      await ended;
      return "the end";
    },
  });
  const tasks = new Map([["tell", task]]);
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "tell", input: {} }));
  return { url, id, page: `${url}/jobs/${id}`, job: await begun.promise, end };
}

test("a job's page shows how far it is and what it logs, as it comes, and stays where it is read", async () => {
  const { page: address, job, end } = await startJob();
  const { page, complaints } = await openPage();
  await page.goto(address);
  await page.getByText("A worker is on it.").waitFor();
  const details = page.getByRole("heading", { name: "Further" });
  const before = await details.boundingBox();

  job.progress(0.25, "counted to 2,500");
  const bar = page.getByRole("progressbar", { name: "25 %: counted to 2,500" });
  await bar.waitFor();
  expect(await bar.getAttribute("value")).toBe("0.25");
  expect(await details.boundingBox()).toEqual(before);

  for (let n = 1; n <= 180; n += 1) job.log.info(`line ${n}`);
  job.log.warn("careful");
  const lines = page.getByRole("group", { name: "Log" }).getByRole("listitem");
  await until("all lines", async () => (await lines.count()) === 181);
  // The end is in view, until somebody scrolls back.
  const isLastInView = await lines.last().evaluate((line) => {
    const box = line.closest(".log")?.getBoundingClientRect();
    const { top, bottom } = line.getBoundingClientRect();
    return box !== undefined && top >= box.top - 1 && bottom <= box.bottom + 1;
  });
  expect(isLastInView).toBe(true);
  expect(await lines.last().innerText()).toMatch(/warn careful$/);
  expect(await examine(page, "working")).toEqual([]);
  await lines.nth(100).evaluate((line) => line.scrollIntoView({ block: "nearest" }));
  const shown = async () => (await page.getByText("line 101", { exact: true }).boundingBox())?.y;
  const readAt = await shown();
  await lines
    .nth(100)
    .evaluate((line) => line.ownerDocument.getSelection()?.selectAllChildren(line));
  for (let n = 1; n <= 60; n += 1) job.log.info(`more ${n}`);
  await page.getByText("more 60").waitFor({ state: "attached" });
  await page.getByText("The first 41 lines are no longer kept.").waitFor();
  expect(await lines.count()).toBe(200);
  expect(Math.abs(((await shown()) ?? 0) - (readAt ?? 0))).toBeLessThanOrEqual(1);
  expect(await page.evaluate("String(getSelection())")).toMatch(/line 101$/);

  end();
  await page.getByText("the end").waitFor();
  expect(await page.getByRole("progressbar").count()).toBe(0);
  expect([await lines.count(), complaints]).toEqual([200, []]);
});

const attack = `<img src=x onerror="document.title='owned'">\u202e\u0007<script>document.title='owned'</script>`;

test("progress and log are text, whatever is in them, on a small screen and in forced colours", async () => {
  const { page: address, job, end } = await startJob();
  job.progress(0.5, attack);
  job.log.info(attack, { note: attack });
  job.log.error("x".repeat(1_900));
  const { page, complaints } = await openPage({
    viewport: { width: 320, height: 600 },
    forcedColors: "active",
    colorScheme: "dark",
  });
  await page.goto(address);
  await page.getByRole("group", { name: "Log" }).waitFor();
  const log = await page.getByRole("group", { name: "Log" }).innerText();
  expect(log).toContain("<img src=x onerror=");
  expect(log).toContain("U+202E");
  expect(log).toContain("U+0007");
  expect(await page.locator("#progress").innerText()).toContain("U+202E");
  expect(await page.locator("main img, main script").count()).toBe(0);
  expect(await page.title()).not.toContain("owned");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
  expect(await examine(page, "small")).toEqual([]);
  expect(complaints).toEqual([]);
  end();
});

test("without JavaScript a job's page shows both, newer ones each time it is loaded", async () => {
  const { url, id, page: address, job, end } = await startJob();
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(address);
  job.progress(0.5, "half");
  job.log.info("here");
  await page.getByText("50 %: half").waitFor();
  await page.getByText("here", { exact: true }).waitFor();
  end();
  await page.getByText("the end").waitFor();
  expect(await untilFinal(url, id)).toMatchObject({ logged: 1 });
});
