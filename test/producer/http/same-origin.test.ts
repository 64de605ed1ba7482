import { expect, test } from "vitest";
import { postJson } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };
const formType = "application/x-www-form-urlencoded";
type Case = [name: string, headers: Record<string, string>];
const foreign: Case[] = [
  ["an origin elsewhere", { origin: "http://evil.example" }],
  ["an origin on another port", { origin: "http://127.0.0.1:1" }],
  ["the origin null", { origin: "null" }],
  ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }],
  ["Sec-Fetch-Site: same-site", { "sec-fetch-site": "same-site" }],
];
const anonymous: Case = ["no word of where it comes from", {}];

test.each(foreign)("a submission to the API with %s is answered 403", async (_, headers) => {
  const { url, queue } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, division, headers);

  expect(await readProblem(response)).toEqual(
    problem(403, "requests from another site are refused"),
  );
  expect(await queue.count()).toBe(0);
});

test.each([...foreign, anonymous])("a form with %s is answered 403", async (_, headers) => {
  const { url, queue } = await startProducer();
  const response = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { "content-type": formType, ...headers },
    body: "x=10&y=2",
  });

  expect([response.status, response.headers.get("content-type")]).toEqual([
    403,
    "text/html; charset=utf-8",
  ]);
  expect(await queue.count()).toBe(0);
});

test.each(["image", "empty", "script", "iframe", "style"])(
  "what another website wants for itself, such as: %s, is answered 403 and counts for no reads",
  async (dest) => {
    const { url } = await startProducer({ limits: { readsPerMinute: 1 } });
    const foreignGet = { "sec-fetch-site": "cross-site", "sec-fetch-dest": dest };
    for (const path of ["/", "/openapi.json", "/healthz", "/nowhere"])
      expect((await fetch(url + path, { headers: foreignGet })).status).toBe(403);
    const own = { "sec-fetch-site": "same-origin", "sec-fetch-dest": dest };
    expect((await fetch(url, { headers: own })).status).toBe(200);
  },
);

test("another website cannot use up its visitor's guesses of the password", async () => {
  const { boardUrl } = await startProducer();
  const guess = { authorization: `Basic ${btoa("admin:wrong")}`, "sec-fetch-site": "cross-site" };
  for (let guesses = 0; guesses < 20; guesses += 1) {
    const headers = { ...guess, "sec-fetch-dest": "image" };
    expect((await fetch(boardUrl, { headers })).status).toBe(403);
  }
  const headers = { authorization: boardAuthorization };
  expect((await fetch(boardUrl, { headers })).status).toBe(200);
});

test("a link on another website leads to a page", async () => {
  const { url } = await startProducer();
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
  expect((await fetch(url, { headers })).status).toBe(200);
});

test("a form from the producer's own pages is taken, by either sign", async () => {
  const { url, queue } = await startProducer();
  const signs: Record<string, string>[] = [{ origin: url }, { "sec-fetch-site": "same-origin" }];
  const statuses = await Promise.all(
    signs.map(async (headers) => {
      const response = await fetch(`${url}/tasks/quotient`, {
        method: "POST",
        headers: { "content-type": formType, ...headers },
        body: "x=10&y=2",
        redirect: "manual",
      });
      return response.status;
    }),
  );

  expect(statuses).toEqual([303, 303]);
  expect(await queue.count()).toBe(2);
});

test.each([...foreign, anonymous])(
  "Bull Board refuses a form with %s although the login comes along",
  async (_, headers) => {
    const { boardUrl, name, queue } = await startProducer({ readOnly: false });
    const response = await fetch(`${boardUrl}/board/api/queues/${name}/add`, {
      method: "POST",
      headers: { "content-type": formType, authorization: boardAuthorization, ...headers },
      body: "name=quotient&data={}&options={}",
    });

    expect(response.status).toBe(403);
    expect(await queue.count()).toBe(0);
  },
);

test.each(["PUT", "PATCH", "DELETE"])("Bull Board refuses a foreign %s", async (method) => {
  const { boardUrl, name, queue } = await startProducer({ readOnly: false });
  const response = await fetch(`${boardUrl}/board/api/queues/${name}/pause`, {
    method,
    headers: { authorization: boardAuthorization, origin: "http://evil.example" },
  });

  expect([response.status, await queue.isPaused()]).toEqual([403, false]);
});

test("Bull Board takes a job from its own pages where it may write", async () => {
  const { boardUrl, name, queue } = await startProducer({ readOnly: false });
  const response = await postJson(
    `${boardUrl}/board/api/queues/${name}/add`,
    { name: "quotient", data: division.input, options: {} },
    { authorization: boardAuthorization, origin: boardUrl },
  );

  expect(response.status).toBe(200);
  expect(await queue.count()).toBe(1);
});
