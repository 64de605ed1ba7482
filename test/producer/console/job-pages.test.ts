import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";
import { startWorker } from "../../support/worker.ts";

const asBrowser = { authorization: boardAuthorization, accept: "text/html" };

test("operators see in which line of its task's code an attempt failed, and nobody else", async () => {
  const { url, boardUrl, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  await untilFinal(url, id);
  const page = await (await fetch(`${boardUrl}/jobs/${id}`, { headers: asBrowser })).text();
  expect(page).toMatch(/<pre[^>]*>[^<]*cannot divide 1 by zero\s+at [^<]+\.ts:\d+/);
  const [shown, api] = [`${url}/jobs/${id}`, `${url}/api/v1/jobs/${id}`];
  for (const open of [shown, api]) {
    expect(await (await fetch(open)).text()).not.toMatch(/\.ts:\d+/);
  }
});

test("a job is cancelled on its page by who may act, and told as JSON to programs", async () => {
  const usersFile = await writeUsers("viewer");
  const { url, boardUrl } = await startProducer({ readOnly: false, usersFile });
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const read = async (authorization: string) =>
    (await fetch(`${boardUrl}/jobs/${id}`, { headers: { ...asBrowser, authorization } })).text();
  const form = `action="/jobs/${id}/cancel"`;
  expect(await read(authorizationOf("viewer"))).not.toContain(form);
  expect(await read(boardAuthorization)).toContain(form);
  const cancel = async (accept: string) =>
    fetch(`${boardUrl}/jobs/${id}/cancel`, {
      method: "POST",
      redirect: "manual",
      headers: { authorization: boardAuthorization, origin: boardUrl, accept },
    });
  const shown = await cancel("text/html");
  expect([shown.status, shown.headers.get("location")]).toEqual([303, `/jobs/${id}`]);
  expect(await (await cancel("application/json")).json()).toMatchObject({
    id,
    error_type: "cancelled_by_user",
  });
  expect(await read(boardAuthorization)).not.toContain(form);
});

test("the console has the page of a job that the API has not, and says which there is none of", async () => {
  const { url, boardUrl, name } = await startProducer({ publicUrl: "https://tripod.example" });
  await startWorker(name);
  const body = { task: "quotient", input: { x: 10, y: 4, delayMs: 0 } };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  await untilFinal(url, id);
  const page = await (await fetch(`${boardUrl}/jobs/${id}`, { headers: asBrowser })).text();
  expect(page).toContain(`href="https://tripod.example/api/v1/jobs/${id}"`);
  const result = await fetch(`${boardUrl}/jobs/${id}/result`, { headers: asBrowser });
  expect(await result.json()).toBe(2.5);
  const none = await fetch(`${boardUrl}/jobs/nobody`, { headers: asBrowser });
  expect([none.status, await none.text()]).toEqual([
    404,
    expect.stringContaining("&quot;nobody&quot;"),
  ]);
});

test("operators are led from a job to the one that submitted it, and to its schedule, and nobody else", async () => {
  const { url, boardUrl, queue } = await startProducer();
  const [id, parent] = [createRandomId(), createRandomId()];
  const origin = { submittedBy: parent, schedule: { key: "repeat" } };
  await queue.add("quotient", { x: 1, y: 1 }, { ...origin, jobId: id });
  const page = await (await fetch(`${boardUrl}/jobs/${id}`, { headers: asBrowser })).text();
  expect(page).toContain(`from job <a href="/jobs/${parent}">`);
  expect(page).toMatch(/run by schedule\s+<a href="\/schedules"><code>repeat<\/code><\/a>/);
  const shown = await (await fetch(`${url}/jobs/${id}`)).text();
  expect(shown).not.toContain(parent);
  expect(shown).toMatch(/run by schedule\s+<code>repeat<\/code>/);
});
