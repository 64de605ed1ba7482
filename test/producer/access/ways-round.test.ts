import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { createToken } from "../../../src/producer/access/token.ts";
import { startProducer } from "../../support/producer.ts";
import { writeTokens } from "../../support/tokens.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";

interface Asked {
  readonly method?: string;
  /** Sent as it is: a client of URLs would put it right. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

async function ask(url: string, { method = "GET", path, headers = {}, body }: Asked) {
  const { hostname, port } = new URL(url);
  const sent = request({
    hostname,
    port,
    method,
    path,
    headers: headers as Record<string, string>,
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

/** Other ways to write a path. */
const waysTo = (path: string) => [
  path,
  `/${path}`,
  `${path}/`,
  `${path}//`,
  `/.${path}`,
  `/x/..${path}`,
  `/sign-in/..${path}`,
  `/healthz/..${path}`,
  `/assets/..${path}`,
  `/assets/%2e%2e${path}`,
  `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  path.toUpperCase(),
  `/${path.replaceAll("/", "%2f")}`,
  `/${path.replaceAll("/", "\\")}`,
  `${path};x=1`,
  `${path}%00`,
  `${path}%20`,
  `${path}?PUBLIC_ACCESS=open`,
  `http://localhost${path}`,
];

/** What proxies and frameworks elsewhere heed. */
const smuggled = (path: string): NonNullable<Asked["headers"]>[] => [
  { "x-original-url": path },
  { "x-rewrite-url": path },
  { "x-http-method-override": "GET" },
  { "x-forwarded-for": "127.0.0.1" },
  { "x-forwarded-user": "admin" },
  { "if-match": "*" },
  { "if-none-match": "*" },
  { "sec-fetch-site": "same-origin" },
];

const division = JSON.stringify({ task: "quotient", input: { x: 1, y: 1 } });
const json = { "content-type": "application/json" };

test("no other way to write a path, and no method or header, leads strangers to what is closed", async () => {
  const { usersFile } = writeTokens();
  const { url, queue } = await startProducer({ usersFile, publicAccess: "off" });
  const asked: Asked[] = [];
  for (const path of ["/overview", "/overview/state", "/api/v1/overview", "/tasks/quotient"]) {
    for (const method of ["GET", "HEAD"])
      asked.push(...waysTo(path).map((way) => ({ method, path: way })));
    asked.push(...smuggled(path).map((headers) => ({ path, headers })));
    asked.push(...smuggled(path).map((headers) => ({ path: "/", headers })));
  }
  for (const path of ["/api/v1/jobs", "/api/v1/jobs/batch", "/api/v1/tasks"]) {
    for (const method of ["POST", "PUT", "PATCH", "GET"]) {
      asked.push(
        ...waysTo(path).map((way) => ({ method, path: way, headers: json, body: division })),
      );
    }
    const overridden = { ...json, "x-http-method-override": "POST" };
    asked.push({ method: "GET", path, headers: overridden, body: division });
  }
  const letIn: unknown[] = [];
  for (const one of asked) {
    const { status, body } = await ask(url, one);
    if (status < 300 || status >= 500) letIn.push([one, status, body.slice(0, 200)]);
  }
  expect(letIn).toEqual([]);
  expect(await queue.getJobCountByTypes()).toBe(0);
});

test("a token counts in its header alone, and only as it was made", async () => {
  const { usersFile, submit } = writeTokens();
  const { url } = await startProducer({ usersFile, publicAccess: "off" });
  const path = "/api/v1/overview";
  const statusOf = async (headers: Asked["headers"], query = "") =>
    (await ask(url, { path: `${path}${query}`, headers: headers ?? {} })).status;
  const { token } = submit;
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    expect([scheme, await statusOf({ authorization: `${scheme} ${token}` })]).toEqual([
      scheme,
      200,
    ]);
  }
  for (const query of [
    `?token=${token}`,
    `?access_token=${token}`,
    `?authorization=Bearer%20${token}`,
  ]) {
    expect([query, await statusOf({}, query)]).toEqual([query, 401]);
  }
  const refused: Asked["headers"][] = [
    { cookie: `tripod-visit=${token}` },
    { "x-api-key": token },
    { "proxy-authorization": `Bearer ${token}` },
    { authorization: token },
    { authorization: `Token ${token}` },
    { authorization: authorizationOf("submit-token", token) },
    { authorization: authorizationOf("", token) },
    { authorization: `Bearer ${token.toUpperCase()}` },
    { authorization: `Bearer ${token.slice(0, -1)}` },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: `Bearer "${token}"` },
    { authorization: `Bearer ${token}${"0".repeat(8_000)}` },
    // The first one counts.
    { authorization: [`Bearer ${createToken()}`, `Bearer ${token}`] },
  ];
  for (const [i, headers] of refused.entries()) {
    expect([i, await statusOf(headers)]).toEqual([i, expect.toBeOneOf([401, 429])]);
  }
  const huge = await statusOf({ authorization: `Bearer ${"0".repeat(100_000)}` });
  expect(huge).toBe(431);
  expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(200);
});

test("nobody gets into the console, and no viewer acts, by another way to write it", async () => {
  const usersFile = await writeUsers("viewer");
  const { boardUrl, queue, name } = await startProducer({ usersFile, readOnly: false });
  const { id } = await queue.add("quotient", { x: 1, y: 1, delayMs: 0 });
  const asked: Asked[] = [];
  for (const path of [
    "/jobs",
    "/queues",
    "/audit",
    "/board",
    "/board/api/queues",
    "/api/v1/queues",
  ]) {
    for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
      asked.push(...waysTo(path).map((way) => ({ method, path: way })));
    }
    asked.push(...smuggled(path).map((headers) => ({ path, headers })));
  }
  const letIn: unknown[] = [];
  const isSignIn = ({ path }: Asked) => path.startsWith("/sign-in") || path.startsWith("/assets");
  for (const one of asked) {
    const { status, body } = await ask(boardUrl, one);
    const isFound = isSignIn(one) && status === 404;
    if (status !== 401 && !isFound) letIn.push([one, status, body.slice(0, 200)]);
  }
  expect(letIn).toEqual([]);

  const headers = { authorization: authorizationOf("viewer"), ...json };
  for (const path of [
    `/jobs/${id}/cancel`,
    `/queues/${name}/pause`,
    `/board/api/queues/${name}/pause`,
  ]) {
    for (const way of waysTo(path)) {
      for (const override of [undefined, { "x-http-method-override": "GET" }]) {
        const { status } = await ask(boardUrl, {
          method: "POST",
          path: way,
          headers: { ...headers, ...override },
          body: "{}",
        });
        expect([way, status]).toEqual([way, 403]);
      }
      const get = { ...headers, "x-http-method-override": "POST", "x-http-method": "POST" };
      await ask(boardUrl, {
        path: `${way}${way.includes("?") ? "&" : "?"}_method=POST`,
        headers: get,
      });
    }
  }
  expect(await queue.getJobCounts("waiting", "failed")).toEqual({
    waiting: 1,
    failed: 0,
  });
  expect(await queue.isPaused()).toBe(false);
});
