import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { submitDivision } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";

test.each([
  ["DELETE", "/api/v1/jobs", "POST"],
  ["GET", "/api/v1/jobs", "POST"],
  ["PUT", "/api/v1/jobs/x", "GET, HEAD"],
  ["POST", "/api/openapi.json", "GET, HEAD"],
])("%s %s is answered 405 and says what is possible", async (method, path, allowed) => {
  const { url } = await startProducer();
  const response = await fetch(`${url}${path}`, { method });

  expect(await readProblem(response)).toEqual(
    problem(405, `${method} is not possible at "${path}"`),
  );
  expect(response.headers.get("allow")?.split(", ").toSorted().join(", ")).toBe(allowed);
});

test("a method that nobody knows is answered 501", async () => {
  const { url } = await startProducer();
  const response = await fetch(`${url}/api/v1/jobs`, { method: "PROPFIND" });

  expect(await readProblem(response)).toEqual(
    problem(501, 'PROPFIND is not possible at "/api/v1/jobs"'),
  );
});

test.each([
  ["/api/nowhere", 'there is nothing at "/api/nowhere"'],
  ["/api/v1/jobs/nobody", 'there is no job "nobody", or it is no longer kept'],
  ["/api/v1/jobs/completed", 'there is no job "completed", or it is no longer kept'],
  ["/api/v1/jobs/nobody/events", 'there is no job "nobody", or it is no longer kept'],
  ["/api/v1/jobs/%zz", 'there is no job "%zz", or it is no longer kept'],
  ["/api/v1/jobs/%ff", 'there is no job "%ff", or it is no longer kept'],
  ["/api/v1/jobs/%00", 'there is no job "\0", or it is no longer kept'],
  ["/api/%", 'there is nothing at "/api/%"'],
])("the API answers 404 to %s", async (path, detail) => {
  const { url } = await startProducer();

  expect(await readProblem(await fetch(`${url}${path}`))).toEqual(problem(404, detail));
});

test.each([
  "/nowhere",
  "/%",
  "/tasks/%zz",
  "/tasks/..%2f",
  "//evil.example",
  "/assets/..%2fapp.ts",
])("a person is answered 404 with a page at %s", async (path) => {
  const { url } = await startProducer();
  const response = await fetch(`${url}${path}`);

  expect([response.status, response.headers.get("content-type")]).toEqual([
    404,
    "text/html; charset=utf-8",
  ]);
});

test.each([
  ["the method TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "501"],
  [
    "a header of 20 KB",
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(20_000)}\r\n\r\n`,
    "431",
  ],
  ["a URL of 20 KB", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, "431"],
  ["3,000 headers", `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(3_000)}\r\n`, "431"],
  [
    "two lengths",
    "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "400",
  ],
  [
    "a length and chunks",
    "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "400",
  ],
  ["a negative length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "400"],
  ["an Expect that nobody knows", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n", "417"],
  ["no host", "GET / HTTP/1.1\r\n\r\n", "400"],
  ["no HTTP", "hello\r\n\r\n", "400"],
])("a request with %s is refused before it does any harm", async (_, request, status) => {
  const { url } = await startProducer();
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.end(request);

  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test("no GET, HEAD or OPTIONS changes anything, at any path of either listener", async () => {
  const { url, boardUrl, name, queue } = await startProducer({ readOnly: false });
  const job = await queue.add("quotient", { x: 10, y: 0, delayMs: 0 });
  const state = async () => [await queue.getJobCounts(), await queue.isPaused(), job.data];
  const before = await state();
  const ownPaths = [
    "tasks/quotient?x=1&y=2",
    "api/v1/tasks?task=quotient",
    `api/v1/tasks/${job.id}`,
  ];
  const actions = ["add", "pause", "resume", "empty", "promote", "retry/failed", "clean/wait"];
  const jobActions = ["", "/retry/failed", "/clean", "/promote", "/update-data"];
  const boardPaths = [
    "api/queues/pause",
    "api/queues/resume",
    ...actions.map((action) => `api/queues/${name}/${action}`),
    ...jobActions.map((action) => `api/queues/${name}/${job.id}${action}`),
  ];
  const addresses = [
    ...ownPaths.map((path) => `${url}/${path}`),
    ...boardPaths.map((path) => `${boardUrl}/board/${path}`),
  ];
  const headers = { authorization: boardAuthorization };
  const answers = await Promise.all(
    addresses.flatMap((address) =>
      ["GET", "HEAD", "OPTIONS"].map((method) => fetch(address, { method, headers })),
    ),
  );

  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(await state()).toEqual(before);
});

test("the queue's own keys pass for no job", async () => {
  const { url, queue } = await startProducer();
  await submitDivision(url, { x: 10, y: 2 });
  await queue.pause();
  const redis = openClient();
  const statuses = ["wait", "meta", "id", "events"].map(async (key) => {
    expect(await redis.exists(queue.toKey(key))).toBe(1);
    return (await fetch(`${url}/api/v1/jobs/${key}`)).status;
  });

  expect(await Promise.all(statuses)).toEqual([404, 404, 404, 404]);
});

test("a fault of our own is answered 500 and explained to nobody but the log", async () => {
  const { url, queue } = await startProducer();
  const id = createRandomId();
  await openClient().set(queue.toKey("failed"), "no list of jobs");

  expect(await readProblem(await fetch(`${url}/api/v1/jobs/${id}`))).toEqual(
    problem(500, "something went wrong here; it has been logged"),
  );
});

test("no error tells a path, a version or a stack", async () => {
  const { url, boardUrl } = await startProducer({ readOnly: false });
  const json = { "content-type": "application/json" };
  const board = { authorization: boardAuthorization };
  const answers = await Promise.all([
    fetch(`${url}/nowhere`),
    fetch(`${url}/api/%zz`),
    fetch(`${url}/api/v1/jobs`, { method: "POST", headers: json, body: "{" }),
    fetch(`${url}/api/v1/jobs`, { method: "POST", headers: json, body: "[".repeat(30_000) }),
    fetch(`${url}/tasks/quotient`, { method: "POST", headers: { origin: url } }),
    fetch(boardUrl),
    fetch(`${boardUrl}/board/api/queues/nope/nope`, { headers: board }),
    fetch(`${boardUrl}/board/api/queues/%zz`, { headers: board }),
    fetch(`${boardUrl}/board/api/queues/x/add`, {
      method: "POST",
      headers: { ...board, ...json },
      body: "{",
    }),
  ]);
  const bodies = await Promise.all(answers.map((answer) => answer.text()));

  expect(answers.map(({ status }) => status)).toEqual([
    404, 404, 400, 400, 415, 401, 404, 403, 400,
  ]);
  expect(
    bodies.filter((body) =>
      /node_modules|\/src\/|\.[jt]s:\d|\bat \w+.*:\d|\d+\.\d+\.\d+/.test(body),
    ),
  ).toEqual([]);
});

function openClient(): Redis {
  const redis = new Redis(inject("redisUrl"));
  onTestFinished(() => redis.disconnect());
  return redis;
}
