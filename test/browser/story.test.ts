import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, DependencyError, type Task } from "../../src/task/task.ts";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { startWorker } from "../support/worker.ts";

const flaky = defineTask({
  title: "Fetch a page",
  description: "From a server that is down at first.",
  input: z.strictObject({ fails: z.int() }),
  timeLimitMs: 10_000,
  attempts: { max: 4, backoffMs: 200, jitter: 0 },
  run: async ({ fails }, { attempt }) => {
    if (attempt <= fails) throw new DependencyError(`answer ${attempt} was 503`);
    return "fetched";
  },
});
const tasks = new Map([["flaky", flaky as unknown as Task]]);

async function submit(fails: number) {
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const body = { task: "flaky", input: { fails } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  return { url, id };
}

test.each([true, false])(
  "a job that failed four times tells each attempt, and why it failed, with JavaScript %s",
  async (javaScriptEnabled) => {
    const { url, id } = await submit(4);
    await untilFinal(url, id);
    const { page, complaints } = await openPage({ javaScriptEnabled });
    await page.goto(`${url}/jobs/${id}`);
    const steps = page.getByRole("table").getByRole("rowheader");
    const told = await steps.allInnerTexts();
    // On a busy machine a job is in line after a back-off, too.
    expect(told.filter((step) => step !== "Waited")).toEqual([
      "Request",
      "Submitted",
      "Attempt 1 dependency",
      "Back-off",
      "Attempt 2 dependency",
      "Back-off",
      "Attempt 3 dependency",
      "Back-off",
      "Attempt 4 dependency",
      "Ended dependency",
    ]);
    const reasons = page.locator(".attempt .value");
    expect(await reasons.allInnerTexts()).toEqual(
      [4, 3, 2, 1].map((attempt) => `answer ${attempt} was 503`),
    );
    expect(await page.locator(".fall rect.bad").count()).toBe(4);
    expect(complaints).toEqual([]);
  },
);

test("a job that is tried again says before the next attempt why the last one failed", async () => {
  const { url, name } = await startProducer({
    tasks: new Map([
      ["flaky", { ...flaky, attempts: { max: 2, backoffMs: 3_600_000 } } as unknown as Task],
    ]),
  });
  await startWorker(name, { tasks });
  const body = { task: "flaky", input: { fails: 4 } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);
  await page.getByRole("heading", { name: "Fetch a page waiting to retry" }).waitFor();
  expect(await page.getByRole("status").innerText()).toMatch(
    /^Attempt 1 failed, dependency: answer 1 was 503\s+The next attempt starts .+ at the earliest\.$/,
  );
  expect(await page.title()).toBe("↻ Fetch a page waiting · Tripod");
  expect(await page.getByRole("rowheader").last().innerText()).toBe("Next attempt due");
});

test("the icon of a job's tab follows its state, without a page loaded anew", async () => {
  const { url, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);
  const icon = page.locator("link[rel=icon]");
  expect(await icon.getAttribute("href")).toMatch(/\/icon-idle\.svg$/);
  await startWorker(name);
  await page.getByRole("heading", { name: "succeeded" }).waitFor();
  expect(await icon.getAttribute("href")).toMatch(/\/icon-good\.svg$/);
});

const echo = defineTask({
  title: "Echo",
  description: "Says what it is told.",
  input: z.strictObject({ text: z.string() }),
  timeLimitMs: 10_000,
  run: async ({ text }) => text,
});

test.each([
  ["short", "2.5 and \u202Emore"],
  ["of some lines", "one\ntwo \u202E".repeat(5)],
  ["folded", "x".repeat(2_000)],
])(
  "a job's id and a result that is %s are copied as they are, also over plain HTTP",
  async (_, text) => {
    const echoes = new Map([["echo", echo as unknown as Task]]);
    const { url, name } = await startProducer({ tasks: echoes });
    await startWorker(name, { tasks: echoes });
    const { id } = await readBody(
      await postJson(`${url}/api/v1/jobs`, { task: "echo", input: { text } }),
    );
    await untilFinal(url, id);
    const { page, complaints } = await openPage();
    await page.goto(`${url}/jobs/${id}`);
    await page.evaluate(`
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    window.addEventListener("copy", ({ clipboardData }) => {
      window.copied = clipboardData.getData("text/plain");
    });
  `);
    const copied = async (source: string) => {
      const button = page.locator(`[data-copies="${source}"]`);
      await button.click();
      await button.filter({ hasText: "Copied" }).waitFor();
      return page.evaluate("window.copied");
    };
    expect([await copied("job-id"), await copied("result-text"), complaints]).toEqual([
      id,
      text,
      [],
    ]);
  },
);

test("times are told as so long ago, with the exact one in the title, in 24 hours", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 4 });
  const { page } = await openPage({ locale: "en-US", timezoneId: "Europe/Berlin" });
  await page.goto(`${url}/jobs/${id}`);
  const time = page.locator(".meta time");
  expect(await time.innerText()).toMatch(/^(\d+ s ago|now)$/);
  expect(await time.getAttribute("title")).toMatch(
    /^\w+ \d+, \d{4}, \d\d:\d\d:\d\d (GMT\+[12]|CES?T)$/,
  );
});
