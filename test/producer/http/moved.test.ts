import { expect, test } from "vitest";
import { loadTasks } from "../../../src/task/registry.ts";
import { readBody } from "../../support/client.ts";
import { fixtureTasks } from "../../support/fixture-tasks.ts";
import { startProducer } from "../../support/producer.ts";

const uuidId = "t-123e4567-e89b-42d3-a456-426614174000";
const keyedId = `k-${"0a".repeat(32)}`;
const shortId = "abcdefghijklmnopqrstuvwxyz";

test.each([
  ["POST", "/api/v1/tasks", "/api/v1/jobs"],
  ["GET", "/api/v1/tasks/some-id", "/api/v1/jobs/some-id"],
  ["GET", "/api/v1/tasks/a%2Fb?x=1", "/api/v1/jobs/a%2Fb?x=1"],
  ["GET", "/api/v1/tasks/some-id/events", "/api/v1/jobs/some-id/events"],
  ["GET", `/tasks/${uuidId}`, `/jobs/${uuidId}`],
  ["GET", `/tasks/${keyedId}?x=1`, `/jobs/${keyedId}?x=1`],
  ["GET", `/tasks/${shortId}`, `/jobs/${shortId}`],
])("%s %s has moved for good to %s", async (method, from, to) => {
  const { url } = await startProducer();
  const response = await fetch(`${url}${from}`, { method, redirect: "manual" });
  expect([response.status, response.headers.get("location")]).toEqual([308, to]);
});

test("a client that follows where the API has moved has its job queued", async () => {
  const { url } = await startProducer();
  const response = await fetch(`${url}/api/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ task: "quotient", input: { x: 10, y: 2, delayMs: 0 } }),
  });
  const { id } = await readBody(response);
  expect(response.status).toBe(202);
  expect((await fetch(`${url}/api/v1/tasks/${id}`)).status).toBe(200);
});

test("the address of a job that has moved is a task's where one has that name", async () => {
  const task = (await loadTasks(fixtureTasks)).get("quotient");
  if (task === undefined) throw new Error("there is no such fixture");
  const { url } = await startProducer({ tasks: new Map([[shortId, task]]) });
  const response = await fetch(`${url}/tasks/${shortId}`, { redirect: "manual" });
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining(`action="/tasks/${shortId}"`),
  ]);
});

test("a task's page that is none is answered 404, not sent elsewhere", async () => {
  const { url } = await startProducer();
  const response = await fetch(`${url}/tasks/quotiennt`, { redirect: "manual" });
  expect([response.status, await response.text()]).toEqual([
    404,
    expect.stringContaining("There is no task &quot;quotiennt&quot;."),
  ]);
});
