import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task, TaskRejectedError } from "../../src/task/task.ts";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { loadTwoTasks } from "../support/second-task.ts";
import { startWorker } from "../support/worker.ts";

const echo = defineTask({
  title: "Echo",
  description: "Says what it is told.",
  input: z.strictObject({
    text: z.string().meta({ title: "What to say" }),
    fails: z.boolean().default(false),
  }),
  timeLimitMs: 1_000,
  run: async ({ text, fails }) => {
    if (fails) throw new TaskRejectedError("invalid_input", text);
    return text;
  },
});
const echoTasks = new Map([["echo", echo as unknown as Task]]);

/** Longer than any card is wide, and nowhere to break. */
const long = "x".repeat(200);

test.each([
  ["a desk", 1280, 1],
  // Task and status, outcome, input, time.
  ["a phone", 360, 4],
])("recent jobs with a long word stay within their card on %s", async (_, width, lines) => {
  const tasks = await loadTwoTasks();
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const body = { task: "repeat", input: { text: long, times: 1 } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  await untilFinal(url, id);
  const { page, complaints } = await openPage({ viewport: { width, height: 900 } });
  await page.context().addCookies([{ name: "tripod-jobs", value: id, url }]);
  await page.goto(url);
  await page.getByText("Your jobs").waitFor();
  // Hardly a date of any language is wider than this one.
  await page.locator("td time").evaluate((time) => {
    time.removeAttribute("datetime");
    time.textContent = "28 de dez. de 2028";
  });

  const cells = await page.locator("tbody td").evaluateAll((found) =>
    found.map((cell) => {
      const card = cell.closest("section")?.getBoundingClientRect();
      const { left, right, width: own } = cell.getBoundingClientRect();
      return own > 50 && left >= (card?.left ?? Infinity) && right <= (card?.right ?? 0);
    }),
  );
  const cut = await page
    .locator("tbody td")
    .evaluateAll((found) => found.map((cell) => cell.scrollWidth > cell.clientWidth));
  // Outcome and input, and neither the state nor the time.
  expect(cut).toEqual([false, false, true, true, false]);
  const heights = await page
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
  const fit = await page.evaluate("document.documentElement.scrollWidth === innerWidth");
  expect([cells, fit, complaints]).toEqual([Array(5).fill(true), true, []]);
  // A line is 22 pixels high, its row's padding and border 17 at most.
  expect(heights.filter((height) => height > lines * 24 + 17)).toEqual([]);
});

test.each([
  ["result", 1, 1_280],
  ["failure", 0, 1_280],
  ["result", 1, 360],
  ["failure", 0, 360],
])("a job's page with a long word in its %s is as wide as its window", async (_, times, width) => {
  const tasks = await loadTwoTasks();
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const body = { task: "repeat", input: { text: long, times } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  await untilFinal(url, id);
  const { page } = await openPage({ viewport: { width, height: 900 } });
  await page.goto(`${url}/jobs/${id}`);
  await page.getByText(long).first().waitFor();

  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
});

test.each([320, 1_280])(
  "a result without spaces is folded, and unfolded as wide as a window of %d px",
  async (width) => {
    const { url, name } = await startProducer({ tasks: echoTasks });
    await startWorker(name, { tasks: echoTasks });
    const input = { text: "x".repeat(50_000) };
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "echo", input }));
    await untilFinal(url, id);
    const { page } = await openPage({ viewport: { width, height: 900 } });
    await page.goto(`${url}/jobs/${id}`);
    const outcome = page.getByRole("status");
    expect(await outcome.innerText()).toMatch(/^Result:\s+x{120}… all 50,000 characters$/);
    await outcome.locator("summary").click();

    expect(await outcome.locator(".value").innerText()).toBe(input.text);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  },
);

test("what a reader has unfolded stays so when the job goes on", async () => {
  const { url, name } = await startProducer({ tasks: echoTasks });
  const input = { text: "x".repeat(1_000) };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "echo", input }));
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);
  await page.locator("dd summary").click();
  await startWorker(name, { tasks: echoTasks });
  await page.getByRole("heading", { name: "echo succeeded" }).waitFor();

  const readIds = (found: string) =>
    page.locator(found).evaluateAll((all) => all.map((one) => one.id));
  expect(await readIds("details")).toEqual(["result", "input-0"]);
  expect(await readIds("details[open]")).toEqual(["input-0"]);
});

test("a failure keeps its line breaks, and names what turns a line round", async () => {
  const { url, name } = await startProducer({ tasks: echoTasks });
  await startWorker(name, { tasks: echoTasks });
  const input = { text: "one\n  two \u202Eeno", fails: true };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "echo", input }));
  await untilFinal(url, id);
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);

  expect(await page.locator(".failed .value").innerText()).toBe("one\n  two U+202Eeno");
  expect(await page.locator("main dt").allInnerTexts()).toContain("What to say");
});

test("a name of what cannot be seen leaves its box in no cell that has no room for it", async () => {
  const { url } = await startProducer({ tasks: echoTasks });
  const ids: string[] = [];
  // Wherever the cells end, the name is across that in one of these rows.
  for (let before = 0; before < 8; before += 1) {
    const input = { text: `${"x".repeat(before)}\u202E and more of it` };
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "echo", input }));
    ids.push(id);
  }
  const { page } = await openPage({ viewport: { width: 1_280, height: 900 } });
  await page.context().addCookies([{ name: "tripod-jobs", value: ids.join("."), url }]);
  await page.goto(url);
  const cells = page.locator(".rows td:nth-child(4)", { has: page.locator(".unseen") });
  expect(await cells.count()).toBe(8);
  // The space before the next cell.
  const boxes = await cells.evaluateAll((found) =>
    found.map((cell) => {
      const { right, top, height } = cell.getBoundingClientRect();
      return { x: right - 11, y: top + 1, width: 11, height: height - 2 };
    }),
  );
  const look = async () =>
    Promise.all(boxes.map(async (clip) => (await page.screenshot({ clip })).toString("base64")));
  const shown = await look();
  await page.locator(".unseen").evaluateAll((found) => {
    for (const name of found) name.style.visibility = "hidden";
  });

  expect(shown).toEqual(await look());
});
