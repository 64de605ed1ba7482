import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { keyField } from "../../src/contract/forms.ts";
import { paths } from "../../src/contract/paths.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { defineTask, type Task, TaskRejectedError } from "../../src/task/task.ts";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../support/client.ts";
import { examine } from "../support/examination.ts";
import { keepFiveMinutes } from "../support/overview-day.ts";
import { boardLogin, startProducer } from "../support/producer.ts";
import { fillSignIn } from "../support/sign-in.ts";
import { loadTwoTasks } from "../support/second-task.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const anything = defineTask({
  title: "Anything",
  description: "Returns what it is given.",
  input: z.strictObject({
    value: z.any().meta({ title: "Value" }),
    failure: z.string().optional().meta({ title: "Failure" }),
  }),
  timeLimitMs: 1_000,
  run: async ({ value, failure }) => {
    if (failure !== undefined) throw new TaskRejectedError("invalid_input", failure);
    return value;
  },
});
const loadTasks = async () =>
  new Map([...(await loadTwoTasks()), ["anything", anything as unknown as Task]]);

test("a form, an index, a search in vain and a refused form are sound", async () => {
  const one = await startProducer();
  const several = await startProducer({ tasks: await loadTwoTasks() });
  const { page } = await openPage();
  for (const address of [one.url, several.url, `${several.url}/?q=zzz`]) {
    await page.goto(address);
    expect(await examine(page, address)).toEqual([]);
  }
  await page.goto(`${several.url}/tasks/repeat`);
  expect(await examine(page)).toEqual([]);
  await page.getByLabel("Text").evaluate((field) => field.removeAttribute("required"));
  await page.getByLabel("Spelling").fill("[1");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("Not submitted").waitFor();
  expect(await examine(page)).toEqual([]);
});

test("a job's page is sound whatever the job waits for", async () => {
  const { url, queue, name } = await startProducer();
  const { page } = await openPage();
  const examineJob = async (id: string, told: string) => {
    await until(told, async () => (await (await fetch(`${url}/jobs/${id}`)).text()).includes(told));
    await page.goto(`${url}/jobs/${id}`);
    await page.getByText(told).waitFor();
    expect(await examine(page, told)).toEqual([]);
  };
  const add = async (options: object, data: unknown = { x: 1, y: 1, delayMs: 0 }) => {
    const jobId = createRandomId();
    await queue.add("quotient", data, { jobId, ...options });
    return jobId;
  };
  const { id: first } = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  await examineJob(first, "No worker is connected");
  const damaged = await add({}, "not an object");
  await examineJob(damaged, "What Redis holds of it is damaged");
  await queue.pause();
  await examineJob(first, "The queue is paused");
  await queue.remove(damaged);
  await queue.resume();
  await startWorker(name, { config: { concurrency: 1 } });
  await examineJob(first, "A worker is on it.");
  const { id: next } = await submitDivision(url, { x: 1, y: 1 });
  await examineJob(next, "before it.");
  await examineJob(await add({ delay: 3_600_000 }), "It was added with a delay");
});

test("a job's page is sound whatever has come of the job", async () => {
  const tasks = await loadTasks();
  const { url, queue, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const { page } = await openPage();
  const inputs = {
    number: { value: 5 },
    nothing: { value: null },
    lines: { value: "two\nlines and \u202Eone that is turned round" },
    word: { value: "x".repeat(50_000) },
    object: { value: Array.from({ length: 40 }, (_, i) => ({ i, name: `item ${i}` })) },
    failure: { value: 1, failure: `one\n  two ${"y".repeat(900)}` },
  };
  for (const [label, input] of Object.entries(inputs)) {
    const body = { task: "anything", input };
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
    await untilFinal(url, id);
    await page.goto(`${url}/jobs/${id}`);
    expect(await examine(page, label)).toEqual([]);
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await examine(page, `${label}, unfolded`)).toEqual([]);
  }
  await page.goto(url);
  expect(await examine(page, "their list")).toEqual([]);

  await queue.pause();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await page.goto(`${url}/jobs/${id}`);
  await page.getByText("The queue is paused").waitFor();
  await queue.remove(id);
  await page.getByText("This job is no longer kept").waitFor();
  expect(await examine(page, "gone")).toEqual([]);
});

test("an overview is sound without anything, with jobs, and when it is stale", async () => {
  const { url, name, close } = await startProducer();
  const { page } = await openPage();
  await page.goto(`${url}/overview`);
  await page.locator("canvas").first().waitFor();
  expect(await examine(page)).toEqual([]);
  await startWorker(name);
  await submitDivision(url, { x: 1, y: 0 });
  await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  await page.locator('[data-reading="division_by_zero"]', { hasText: /^1$/ }).waitFor();
  for (const summary of await page.locator("summary:visible").all()) await summary.click();
  expect(await examine(page, "with jobs")).toEqual([]);
  await close();
  await page.getByText("These figures are stale.").waitFor();
  expect(await examine(page, "stale")).toEqual([]);
});

test("an overview of the day is sound before anything is known of it, and with hours", async () => {
  const { url, queue, redis } = await startProducer();
  const { page } = await openPage();
  await page.goto(`${url}${paths.overviewDay}`);
  expect(await examine(page, "nothing known")).toEqual([]);
  for (const ago of [0, 1, 20]) await keepFiveMinutes(queue, redis, ago);
  await page.goto(`${url}${paths.overviewDay}`);
  await page.locator("canvas").first().waitFor();
  for (const summary of await page.locator("summary:visible").all()) await summary.click();
  expect(await examine(page, "with hours")).toEqual([]);
});

test("the console's sign-in page and its home are sound", async () => {
  const { boardUrl } = await startProducer();
  const { page } = await openPage();
  await page.goto(boardUrl);
  expect(await examine(page)).toEqual([]);
  await page.getByLabel("Name").fill("nobody");
  await page.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("There is no user of this name and password.").waitFor();
  expect(await examine(page, "refused")).toEqual([]);
  await fillSignIn(page, boardLogin);
  await page.getByRole("heading", { name: "Console" }).waitFor();
  expect(await examine(page, "home")).toEqual([]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

/** Each with what a visitor does to see it. */
const errors: Readonly<Record<number, (page: Page, url: string) => Promise<void>>> = {
  400: (page, url) =>
    send(page, url, {
      path: "/tasks/quotient",
      fields: [
        ["x", "1"],
        ["x", "2"],
      ],
    }),
  403: async (page, url) => {
    // From no origin at all.
    await page.setContent(`<form method="post" action="${url}/tasks/quotient"></form>`);
    await submit(page);
  },
  404: async (page, url) => void (await page.goto(`${url}/jobs/nobody\u202E`)),
  405: (page, url) => send(page, url, { path: "/overview" }),
  409: async (page, url) => {
    for (const x of ["1", "2"]) {
      const fields = [
        [keyField, "one"],
        ["x", x],
        ["y", "1"],
      ] as const;
      await send(page, url, { path: "/tasks/quotient", fields });
    }
  },
  413: (page, url) =>
    send(page, url, { path: "/tasks/quotient", fields: [["x", "1".repeat(9_000)]] }),
  415: (page, url) => send(page, url, { path: "/tasks/quotient", enctype: "text/plain" }),
};

test.each(Object.entries(errors))("the page of a %s is sound", async (status, visit) => {
  const { url } = await startProducer();
  const { page } = await openPage();
  await visit(page, url);
  await page.locator(".pill.bad", { hasText: status }).waitFor();
  expect(await examine(page)).toEqual([]);
});

test.each([
  [429, "a form", { ratePerMinute: 1 }],
  [503, "a form", { queueDepth: 1 }],
  [429, "what is read", { readsPerMinute: 2 }],
])("the page of a %s for %s is sound", async (status, what, limits) => {
  const { url } = await startProducer({ limits });
  const { page } = await openPage();
  const visit = async () => {
    await page.goto(url);
    if (what === "a form") await page.getByRole("button", { name: "Submit" }).click();
    await page.waitForLoadState();
  };
  const error = page.locator(".pill.bad", { hasText: String(status) });
  await until("the error", async () => {
    await visit();
    return (await error.count()) > 0;
  });
  expect(await examine(page)).toEqual([]);
});

/** Sends such a form from one of the producer's own pages. */
async function send(
  page: Page,
  url: string,
  {
    path,
    enctype = "",
    fields = [],
  }: { path: string; enctype?: string; fields?: readonly (readonly [string, string])[] },
): Promise<void> {
  await page.goto(url);
  const sent = JSON.stringify({ path, enctype, fields });
  await page.evaluate(`
    const { path, enctype, fields } = ${sent};
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: path, enctype });
    for (const [name, value] of fields) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.replaceChildren(form);`);
  await submit(page);
}

async function submit(page: Page): Promise<void> {
  await Promise.all([
    page.waitForNavigation(),
    page.evaluate("setTimeout(() => document.querySelector('form').requestSubmit())"),
  ]);
}
