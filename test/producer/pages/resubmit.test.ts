import { expect, test } from "vitest";
import { z } from "zod";
import { inputField, keyField, resubmitField, runAtField } from "../../../src/contract/forms.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

async function readPage(address: string) {
  const response = await fetch(address);
  return { status: response.status, text: await response.text() };
}

function valueOf(page: string, name: string): string | undefined {
  const control = page.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0] ?? "";
  return /value="([^"]*)"/.exec(control)?.[1];
}

async function send(url: string, task: string, fields: Record<string, string>) {
  const sent = await fetch(`${url}/tasks/${task}`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  const id = sent.headers.get("location")?.replace("/jobs/", "") ?? "";
  return { status: sent.status, id, text: await sent.text() };
}

test("a job's input is edited in its task's form, which makes a new job, and each tells of the other", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 7, y: 0, delayMs: 3 });
  await untilFinal(url, id);
  const form = `/tasks/quotient?${resubmitField}=${id}`;
  expect((await readPage(`${url}/jobs/${id}`)).text).toContain(`href="${form}"`);
  const { text } = await readPage(url + form);
  expect(["x", "y", "delayMs", resubmitField].map((field) => valueOf(text, field))).toEqual([
    "7",
    "0",
    "3",
    id,
  ]);
  const key = valueOf(text, keyField) ?? "";
  const fields = { x: "7", y: "2", delayMs: "3", [resubmitField]: id, [keyField]: key };
  const first = await send(url, "quotient", fields);
  const second = await send(url, "quotient", fields);
  expect([first.status, second.id]).toEqual([303, first.id]);
  const made = await untilFinal(url, first.id);
  expect(made).toMatchObject({ input: { x: 7, y: 2, delayMs: 3 }, result: 3.5, resubmit_of: id });
  const older = await readJob(url, id);
  expect(older).toMatchObject({ status: "failed", resubmitted: 1, resubmitted_as: [made.id] });
  expect((await readPage(`${url}/jobs/${made.id}`)).text).toMatch(
    new RegExp(`resubmitted from\\s+<a href="/jobs/${id}">`),
  );
  expect((await readPage(`${url}/jobs/${id}`)).text).toMatch(
    new RegExp(`Resubmitted as</h2>\\s+<ul class="tasks">\\s+<li>\\s+<a href="/jobs/${made.id}">`),
  );
});

test("a job that failed tells of the new one that its input was submitted again as", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  await untilFinal(url, id);
  const sent = await fetch(`${url}/jobs/${id}/again`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams(),
    redirect: "manual",
  });
  const made = sent.headers.get("location")?.replace("/jobs/", "");
  expect(await readJob(url, id)).toMatchObject({ resubmitted_as: [made] });
});

test("a form filled from a job that waits for its time has that time", async () => {
  const { url } = await startProducer();
  const runAt = new Date(Date.now() + 7_200_000).toISOString();
  const input = { x: 1, y: 1, delayMs: 0 };
  const { id } = await readBody(
    await postJson(`${url}/api/v1/jobs`, { task: "quotient", input, runAt }),
  );
  const { text } = await readPage(`${url}/tasks/quotient?${resubmitField}=${id}`);
  const shown = Date.parse(`${valueOf(text, runAtField)}Z`);
  expect(shown - Date.parse(runAt)).toBeGreaterThanOrEqual(0);
  expect(shown - Date.parse(runAt)).toBeLessThan(60_000);
});

const texts = defineTask({
  title: "Texts",
  description: "Takes what a line cannot hold.",
  input: z.strictObject({ text: z.string(), note: z.string().optional() }),
  timeLimitMs: 1_000,
  run: async () => "done",
});

test("an input that the form's fields would change is edited as JSON, and comes back as it was", async () => {
  const tasks = new Map([["texts", texts as unknown as Task]]);
  const { url } = await startProducer({ tasks });
  const input = { text: "two\nlines \u2028 & <b>", note: "" };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "texts", input }));
  const { text } = await readPage(`${url}/tasks/texts?${resubmitField}=${id}`);
  expect(valueOf(text, "text")).toBeUndefined();
  const shown = new RegExp(`name="${inputField}"[^>]*>([^<]*)</textarea>`).exec(text)?.[1] ?? "";
  const json = shown
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  const sent = await send(url, "texts", { [inputField]: json, [resubmitField]: id });
  expect(await readJob(url, sent.id)).toMatchObject({ input, resubmit_of: id });
  const broken = await send(url, "texts", { [inputField]: '{"text": 1}', [resubmitField]: id });
  expect([broken.status, broken.text]).toEqual([422, expect.stringContaining("At text: ")]);
  expect(broken.text).toContain(`name="${inputField}"`);
  const none = await send(url, "texts", { [inputField]: "[1]", [resubmitField]: id });
  expect([none.status, none.text]).toEqual([422, expect.stringContaining("Enter an object")]);
});

test("an input that is larger than a form is refused with a word, and never cut", async () => {
  const tasks = new Map([["texts", texts as unknown as Task]]);
  const { url } = await startProducer({ tasks });
  const input = { text: "x".repeat(9_000) };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "texts", input }));
  const { status, text } = await readPage(`${url}/tasks/texts?${resubmitField}=${id}`);
  expect([status, text]).toEqual([409, expect.stringContaining("expected 8192 at most")]);
});

test("of a job of another task, or of none, no form is filled, and what was typed is kept", async () => {
  const { url } = await startProducer();
  const nobody = createRandomId();
  const gone = await readPage(`${url}/tasks/quotient?${resubmitField}=${nobody}`);
  expect([gone.status, gone.text]).toEqual([404, expect.stringContaining(nobody)]);
  const fields = { x: "41", y: "2", [resubmitField]: nobody };
  const { status, text } = await send(url, "quotient", fields);
  expect([status, text]).toEqual([422, expect.stringContaining(nobody)]);
  expect([valueOf(text, "x"), valueOf(text, resubmitField)]).toEqual(["41", undefined]);
});

test("the page of a job whose task is not known any more says that it cannot be submitted again", async () => {
  const { url, queue } = await startProducer();
  const jobId = createRandomId();
  await queue.add("former", { a: 1 }, { jobId });
  const { text } = await readPage(`${url}/jobs/${jobId}`);
  expect(text).toContain("Its task is not known any more: it cannot be submitted again.");
  expect(text).not.toContain("Edit and resubmit");
});
