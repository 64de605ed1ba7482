import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { collectLog } from "../../support/telemetry.ts";

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;

const requestWith = (authorization: string, isLast = false) =>
  `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n${isLast ? "Connection: close\r\n" : ""}\r\n`;

const wrong = (count: number) =>
  Array.from({ length: count }, () => basic(`admin:${randomUUID()}`));

test.each([
  ["a wrong password", basic("admin:wrong")],
  ["a wrong name", basic("root:correct horse")],
  ["a password cut short", basic("admin:correct")],
  ["no password", basic("admin")],
  ["nothing behind the scheme", "Basic "],
  ["no base64", "Basic %%%"],
  ["another scheme", boardAuthorization.replace("Basic", "Digest")],
])("Bull Board answers 401 to %s", async (_, authorization) => {
  const { boardUrl } = await startProducer();
  const response = await fetch(boardUrl, { headers: { authorization } });

  expect([
    response.status,
    response.headers.get("www-authenticate"),
    await response.text(),
  ]).toEqual([401, 'Basic realm="Tripod", charset="UTF-8"', "a login is needed"]);
});

test("Bull Board opens with the login", async () => {
  const { boardUrl, name } = await startProducer();
  const headers = { authorization: boardAuthorization };
  const response = await fetch(`${boardUrl}/board/api/queues`, { headers });

  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(name)]);
});

test("after ten failed logins even the right one waits, for a minute at most", async () => {
  const { boardUrl } = await startProducer();
  const statuses: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt += 1) {
    const headers = { authorization: basic(`admin:guess ${attempt}`) };
    statuses.push((await fetch(boardUrl, { headers })).status);
  }
  const response = await fetch(boardUrl, { headers: { authorization: boardAuthorization } });

  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  expect([response.status, await response.text()]).toEqual([
    429,
    "too many failed logins from here",
  ]);
  expect(Number(response.headers.get("retry-after"))).toSatisfy(
    (seconds: number) => seconds > 0 && seconds <= 60,
  );
});

test("whoever guesses is logged as it is counted, however the proxy writes its address", async () => {
  const { log, lines } = collectLog();
  const { boardUrl } = await startProducer({ log, limits: { trustProxy: true } });
  for (let attempt = 1; attempt <= 11; attempt += 1) {
    const headers = {
      authorization: basic(`admin:guess ${attempt}`),
      "x-forwarded-for": `[::ffff:203.0.113.9]:${attempt}`,
    };
    await fetch(boardUrl, { headers });
  }
  const told = lines().filter(({ line }) => String(line).startsWith("login_"));
  expect(told.map(({ line, client }) => `${String(line)} ${String(client)}`)).toEqual([
    ...Array<string>(10).fill("login_refused 203.0.113.9"),
    "login_limited 203.0.113.9",
  ]);
});

test("the right one among guesses that come at once is as good as none", async () => {
  const { boardUrl } = await startProducer();
  const { hostname, port } = new URL(boardUrl);
  const statuses = await Promise.all(
    [wrong(7), wrong(7), [...wrong(6), boardAuthorization]].map(async (logins) => {
      const socket = connect(Number(port), hostname);
      const isLast = (index: number) => index === logins.length - 1;
      socket.write(logins.map((login, index) => requestWith(login, isLast(index))).join(""));
      return [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    }),
  );

  expect(statuses.flat()).toHaveLength(21);
  expect(statuses.flat().filter((status) => status === "401")).toHaveLength(10);
  expect(statuses.flat().filter((status) => status === "200")).toEqual([]);
});

test("a browser that has not asked for a login yet counts as no failure", async () => {
  const { boardUrl } = await startProducer();
  const strangers = Array.from({ length: 12 }, async () => (await fetch(boardUrl)).status);

  expect(await Promise.all(strangers)).toEqual(Array<number>(12).fill(401));
});

test("nothing of Bull Board is there for somebody without the login", async () => {
  const { boardUrl, name, queue } = await startProducer({ readOnly: false });
  const { id } = await queue.add("quotient", { x: 10, y: 2, delayMs: 0 });
  const headers = { authorization: boardAuthorization };
  const page = await (await fetch(`${boardUrl}/board`, { headers })).text();
  const files = [...page.matchAll(/(?:src|href)="\/?(static\/[^"]+)"/g)].map((match) => match[1]);
  expect(files.length).toBeGreaterThan(2);
  const paths = [
    "",
    "board",
    "schedules",
    ...files.map((file) => `board/${file}`),
    `board/queue/${name}`,
    `board/queue/${name}/${id}`,
    "board/api/queues",
    "board/api/redis/stats",
    `board/api/queues/${name}/${id}`,
    `board/api/queues/${name}/${id}/logs`,
    `board/api/queues/${name}/retry/failed`,
    `board/api/queues/${name}/add`,
    "nowhere",
    "board/static/nowhere.js",
    "board/static/%2e%2e/%2e%2e/package.json",
    "%",
  ];
  const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
  const answers = await Promise.all(
    paths.flatMap((path) =>
      methods.map(async (method) => {
        const response = await fetch(`${boardUrl}/${path}`, { method });
        const told = method === "HEAD" ? "a login is needed" : await response.text();
        return [method, path, response.status, told];
      }),
    ),
  );
  expect(answers).toEqual(
    paths.flatMap((path) => methods.map((method) => [method, path, 401, "a login is needed"])),
  );
  expect(await queue.count()).toBe(1);
});

test("somebody who guesses passwords cannot pass for many by X-Forwarded-For", async () => {
  const { boardUrl } = await startProducer();
  const guess = async (attempt: number) => {
    const headers = {
      authorization: basic(`admin:guess ${attempt}`),
      "x-forwarded-for": `203.0.113.${attempt}`,
    };
    return (await fetch(boardUrl, { headers })).status;
  };
  const statuses: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt += 1) statuses.push(await guess(attempt));

  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
});

test.each([
  ["PUT", "retry/failed"],
  ["PUT", "clean/wait"],
  ["PUT", "empty"],
  ["POST", "add"],
])("Bull Board answers 403 to %s %s while it can only look", async (method, action) => {
  const { boardUrl, name, queue } = await startProducer();
  await queue.add("quotient", { x: 10, y: 2, delayMs: 0 });
  const request = {
    method,
    headers: { authorization: boardAuthorization, "content-type": "application/json" },
    body: '{"name":"quotient","data":{},"options":{}}',
  };
  const response = await fetch(`${boardUrl}/board/api/queues/${name}/${action}`, request);

  expect([response.status, await queue.count()]).toEqual([403, 1]);
});

test("Bull Board pauses nothing while it can only look", async () => {
  const { boardUrl, name, queue } = await startProducer();
  const headers = { authorization: boardAuthorization };
  await fetch(`${boardUrl}/board/api/queues/${name}/pause`, { method: "PUT", headers });
  await fetch(`${boardUrl}/board/api/queues/pause`, { method: "PUT", headers });

  expect(await queue.isPaused()).toBe(false);
});
