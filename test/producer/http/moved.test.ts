import { expect, test } from "vitest";
import { readBody } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";

test.each([
  ["POST", "/api/v1/tasks", "/api/v1/jobs"],
  ["GET", "/api/v1/tasks/some-id", "/api/v1/jobs/some-id"],
  ["GET", "/api/v1/tasks/a%2Fb?x=1", "/api/v1/jobs/a%2Fb?x=1"],
  ["GET", "/api/v1/tasks/some-id/events", "/api/v1/jobs/some-id/events"],
  ["GET", "/tasks/some-id", "/jobs/some-id"],
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
