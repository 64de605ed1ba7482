import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { createRandomId } from "../../src/queue/job-id.ts";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { startProducer, type TestProducer } from "../support/producer.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { loadTwoTasks } from "../support/second-task.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

/** Breaks out of an element's text, of an attribute in either quotes, of a title and of a textarea. */
const attack = `<img src=x onerror="document.title='owned'">'"></title></textarea><script>document.title='owned'</script>`;
const encoded = encodeURIComponent(attack);

test("a form that is shown again shows what was typed, and its own key, as text", async () => {
  const { page, complaints } = await openForm(await startTwoTasks());
  const tooLong = attack.padEnd(201, "!");
  await page.getByLabel("Text").fill(tooLong);
  const key = page.locator("[name=idempotency_key]");
  await key.evaluate((input, value) => input.setAttribute("value", value), attack);
  await submitRepeat(page);
  await page.getByText("Not submitted: correct what follows.").waitFor();

  expect([await page.getByLabel("Text").inputValue(), await key.inputValue()]).toEqual([
    tooLong,
    attack,
  ]);
  expect([await findIntruders(page), complaints]).toEqual([nothingWithTask, [refusal(422)]]);
});

test("a form shows the name of a field that the task does not have as text", async () => {
  const { page, complaints } = await openForm(await startTwoTasks());
  await page.getByLabel("Text").fill("fine");
  await page.getByLabel("Loud").check();
  await page
    .getByLabel("Loud")
    .evaluate((checkbox, name) => checkbox.setAttribute("name", name), attack);
  await submitRepeat(page);
  await page.getByText("Not submitted: correct what follows.").waitFor();

  expect(await page.getByText(attack).count()).toBe(1);
  expect([await findIntruders(page), complaints]).toEqual([nothingWithTask, [refusal(422)]]);
});

test("a form that can be sent again from an error page is in it as text", async () => {
  const producer = await startProducer({
    tasks: await loadTwoTasks(),
    limits: { queueDepth: 1 },
  });
  await submitText(producer, { text: "first", times: 1 });
  await until("the full queue to be noticed", async () => {
    const body = { task: "repeat", input: { text: "second", times: 1 } };
    return (await postJson(`${producer.url}/api/v1/jobs`, body)).status === 503;
  });
  const { page, complaints } = await openForm(producer);
  await page.getByLabel("Text").fill(attack);
  await submitRepeat(page);
  await page.getByRole("button", { name: "Try again" }).waitFor();

  expect(await page.locator("input[name=text]").inputValue()).toBe(attack);
  expect([await findIntruders(page), complaints]).toEqual([nothing, [refusal(503)]]);
});

test("a job's page shows input and result as text, also when a script swaps it in", async () => {
  const tasks = await loadTwoTasks();
  const producer = await startProducer({ tasks });
  const id = await submitText(producer, { text: attack, times: 1 });
  const { page, complaints } = await openPage();
  await page.goto(`${producer.url}/jobs/${id}`);
  await startWorker(producer.name, { tasks });
  await page.getByText("Result:").waitFor();
  const swapped = [await page.getByRole("status").innerText(), await findIntruders(page)];
  await page.reload();

  const expected = [`Result: ${attack}`, nothing];
  expect(swapped).toEqual(expected);
  expect([await page.getByRole("status").innerText(), await findIntruders(page)]).toEqual(expected);
  expect([await page.locator(".kv dd").first().innerText(), complaints]).toEqual([attack, []]);
});

test("a job's page shows the reason of a failure as text", async () => {
  const producer = await startTwoTasks();
  const id = await submitText(producer, { text: attack, times: 0 });
  await untilFinal(producer.url, id);
  const { page, complaints } = await openPage();
  await page.goto(`${producer.url}/jobs/${id}`);

  expect(await page.getByRole("status").innerText()).toContain(
    `invalid_input: nothing is left of "${attack}"`,
  );
  expect([await findIntruders(page), complaints]).toEqual([nothing, []]);
});

test("the list of recent tasks shows inputs and results as text", async () => {
  const producer = await startTwoTasks();
  const id = await submitText(producer, { text: attack, times: 1 });
  await untilFinal(producer.url, id);
  const { page, complaints } = await openPage();
  await page.context().addCookies([{ name: "tripod-jobs", value: id, url: producer.url }]);
  await page.goto(producer.url);

  expect((await page.locator("tbody td").allInnerTexts()).slice(0, 4)).toEqual([
    "Repeat",
    "succeeded",
    expect.stringContaining("<img src=x onerror="),
    expect.stringContaining("<img src=x onerror="),
  ]);
  expect([await findIntruders(page), complaints]).toEqual([nothing, []]);
});

test("an error page shows a job id, a path and a task's name as text", async () => {
  const producer = await startTwoTasks();
  const { page } = await openForm(producer);
  await page
    .locator("form")
    .first()
    .evaluate((form, path) => {
      form.setAttribute("action", path);
    }, `/tasks/${encoded}`);
  await page.getByLabel("Text").fill("fine");
  await submitRepeat(page);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect([await alert.innerText(), await findIntruders(page)]).toEqual([
    `There is no task "${attack}".`,
    nothing,
  ]);

  await page.goto(`${producer.url}/jobs/${encoded}`);
  expect([await alert.innerText(), await findIntruders(page)]).toEqual([
    `There is no job "${attack}", or it is no longer kept.`,
    nothing,
  ]);

  await page.goto(`${producer.url}/nowhere/${encoded}`);
  expect([await alert.innerText(), await findIntruders(page)]).toEqual([
    expect.stringContaining("There is nothing at"),
    nothing,
  ]);
});

test("a query and a fragment leave no trace in a page", async () => {
  const producer = await startTwoTasks();
  const { page, complaints } = await openPage();
  await page.goto(`${producer.url}/?task=${encoded}&text=${encoded}#${attack}`);

  expect(await page.content()).not.toContain("onerror");
  expect([await findIntruders(page), complaints]).toEqual([nothing, []]);
});

test("a search is shown as text, whether it is sent or typed", async () => {
  const producer = await startTwoTasks();
  const { page, complaints } = await openPage();
  await page.goto(`${producer.url}/?q=${encoded}`);
  const search = page.getByLabel("Search");
  const sent = [await search.inputValue(), await findIntruders(page)];
  await search.fill(`${attack} again`);
  await page.waitForURL(/again$/);

  expect([sent, await findIntruders(page), complaints]).toEqual([[attack, nothing], nothing, []]);
});

test("Bull Board shows input, result and reason as text", async () => {
  const producer = await startTwoTasks();
  const good = await submitText(producer, { text: attack, times: 1 });
  const bad = await submitText(producer, { text: attack, times: 0 });
  await Promise.all([untilFinal(producer.url, good), untilFinal(producer.url, bad)]);
  const { page } = await openPage();

  await openConsolePage(page, `${producer.boardUrl}/board/queue/${producer.name}/${good}`);
  await page.getByText("returnValue").waitFor();
  expect([
    await page.getByText("<img src=x onerror=").count(),
    await page.locator("[onerror]").count(),
    await page.title(),
  ]).toEqual([2, 0, "Tripod"]);

  await page.goto(`${producer.boardUrl}/board/queue/${producer.name}/${bad}`);
  await page.getByText("nothing is left of").waitFor();
  expect([
    await page.locator("main").innerText(),
    await page.locator("[onerror]").count(),
    await page.title(),
  ]).toEqual([expect.stringContaining(attack), 0, "Tripod"]);
});

test("a job that came into the queue by another way shows its name and log as text", async () => {
  const producer = await startTwoTasks();
  const job = await producer.queue.add(attack, {}, { jobId: createRandomId() });
  const id = job.id ?? "";
  await untilFinal(producer.url, id);
  await job.log(attack);
  const { page, complaints } = await openPage();
  const seen: unknown[] = [];
  for (const path of ["/", `/jobs/${id}`, "/overview"]) {
    await page.goto(`${producer.url}${path}`);
    const shown = await page.locator("body").innerText();
    seen.push([shown.includes(attack), await findIntruders(page)]);
  }
  expect([seen, complaints]).toEqual([
    [
      // The list shows only tasks that there are, and the overview no names; both have a script more.
      [false, nothing],
      [true, nothing],
      [false, nothing],
    ],
    [],
  ]);

  await openConsolePage(page, `${producer.boardUrl}/board/queue/${producer.name}/${id}`);
  await page.getByText("Logs", { exact: true }).click();
  await page.getByText(attack).nth(1).waitFor();
  expect([
    await page.getByText(attack).count(),
    await page.locator("[onerror]").count(),
    await page.title(),
  ]).toEqual([2, 0, "Tripod"]);
});

async function startTwoTasks(): Promise<TestProducer> {
  const tasks = await loadTwoTasks();
  const producer = await startProducer({ tasks });
  await startWorker(producer.name, { tasks });
  return producer;
}

async function submitText(
  { url }: TestProducer,
  input: { text: string; times: number },
): Promise<string> {
  const response = await postJson(`${url}/api/v1/jobs`, { task: "repeat", input });
  return (await readBody(response)).id;
}

/** Opens the form of the task that takes a text. */
async function openForm({ url }: TestProducer): ReturnType<typeof openPage> {
  const opened = await openPage();
  await opened.page.goto(`${url}/tasks/repeat`);
  return opened;
}

async function submitRepeat(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Submit" }).click();
}

/** The browser itself reports an error status on its console. */
function refusal(status: 422 | 503): unknown {
  return expect.stringMatching(new RegExp(`^Failed to load resource: .* status of ${status} `));
}

/** Two scripts are on every page; jobs, forms, and the overview have one of their own. */
const nothing = { elements: 0, scripts: 3, owned: false };
/** A task's form has one more for the start time. */
const nothingWithTask = { ...nothing, scripts: 4 };

/** What an attack that worked would leave in one of our own pages. */
async function findIntruders(page: Page): Promise<typeof nothing> {
  return {
    elements: await page.locator("img, [onerror]").count(),
    scripts: await page.locator("script").count(),
    owned: (await page.title()) === "owned",
  };
}
