import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { loadTwoTasks } from "../support/second-task.ts";
import { startWorker } from "../support/worker.ts";

test("a task in a file of its own gets a form with a control for each kind of field", async () => {
  const tasks = await loadTwoTasks();
  const producer = await startProducer({ tasks });
  await startWorker(producer.name, { tasks });
  const { page, complaints } = await openPage();
  await page.goto(producer.url);
  await page.getByRole("link", { name: "Repeat" }).click();
  const form = page.locator("section", { hasText: "Says a text again and again." });
  await form.getByLabel("Text").fill("hip");
  await form.getByLabel("Times").fill("3");
  await form.getByLabel("Separator").selectOption("comma");
  await form.getByLabel("Spelling").fill('{ "hip": "hurray" }');
  await form.getByLabel("Loud").check();
  await form.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "repeat succeeded" }).waitFor();

  expect([await page.getByRole("status").innerText(), complaints]).toEqual([
    "Result: HURRAY, HURRAY, HURRAY",
    [],
  ]);
});

test("the form of a second task is filled with its defaults", async () => {
  const producer = await startProducer({ tasks: await loadTwoTasks() });
  const { page } = await openPage();
  await page.goto(`${producer.url}/tasks/repeat`);
  const form = page.locator("section", { hasText: "Says a text again and again." });

  expect([
    await form.getByLabel("Text").inputValue(),
    await form.getByLabel("Times").inputValue(),
    await form.getByLabel("Separator").inputValue(),
    await form.getByLabel("Spelling").inputValue(),
    await form.getByLabel("Loud").isChecked(),
  ]).toEqual(["", "2", "space", "{}", false]);
});

test("the API takes a second task and describes it", async () => {
  const tasks = await loadTwoTasks();
  const producer = await startProducer({ tasks });
  await startWorker(producer.name, { tasks });
  const openapi = await readBody(await fetch(`${producer.url}/api/openapi.json`));
  expect(openapi.components.schemas).toMatchObject({
    Submission_quotient: { properties: { task: { const: "quotient" } } },
    Submission_repeat: { properties: { task: { const: "repeat" } } },
  });

  const response = await postJson(`${producer.url}/api/v1/jobs`, {
    task: "repeat",
    input: { text: "ho" },
  });
  const { id } = await readBody(response);

  expect(await untilFinal(producer.url, id)).toMatchObject({
    status: "succeeded",
    input: { text: "ho", times: 2, separator: "space", spelling: {}, loud: false },
    result: "ho ho",
  });
});
