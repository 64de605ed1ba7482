import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { boardAuthorization, startProducer } from "../support/producer.ts";

const post = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const division = '{"task":"quotient","input":{"x":10,"y":2,"delayMs":0}}';

/** All that a listener says to these bytes until it closes the connection. */
async function say(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.end(bytes);
  return text(socket);
}

test.each([
  ["two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400],
  ["two hosts, one of them ours", "GET / HTTP/1.0\r\nHost: localhost\r\nhOST: x.test\r\n\r\n", 400],
  [
    "a transfer coding that nobody knows",
    `${post}Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  ["a compressed transfer", `${post}Transfer-Encoding: gzip, Chunked\r\n\r\n0\r\n\r\n`, 501],
  ["a transfer coding that hides where its end is", `${post}Transfer-Encoding: gzip\r\n\r\n`, 501],
  [
    "another server's whole address",
    "GET http://x.test/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    421,
  ],
  ["the path * for a GET", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400],
])("a request with %s is refused by every listener", async (_, bytes, status) => {
  const { url, boardUrl, metricsUrl } = await startProducer();
  for (const address of [url, boardUrl, metricsUrl]) {
    expect(await say(address, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  }
});

const chunks = `${post}Transfer-Encoding: chunked\r\n\r\n`;

test.each([
  ["an unknown method", "FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 Bad Request"],
  ["two lengths", `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, "400 Bad Request"],
  ["a length and chunks", `${post}Content-Length: 1\r\n${chunks}`, "400 Bad Request"],
  [
    "a long header",
    `${post}X: ${"x".repeat(20_000)}\r\n\r\n`,
    "431 Request Header Fields Too Large",
  ],
  ["a long extension of a chunk", `${chunks}1;${"x".repeat(20_000)}`, "413 Content Too Large"],
])("what Node.js itself cannot read is answered in words: %s", async (_, bytes, status) => {
  const { url, boardUrl, metricsUrl } = await startProducer();
  for (const address of [url, boardUrl, metricsUrl]) {
    const [head = "", body = ""] = (await say(address, bytes)).split("\r\n\r\n");
    expect(head.split("\r\n")).toEqual([
      `HTTP/1.1 ${status}`,
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${body.length}`,
      "Connection: close",
    ]);
    expect(body).toMatch(/^\w.*\n$/);
  }
});

test("nothing is said into an answer that is under way", async () => {
  const { url } = await startProducer();
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write("GET /api/v1/overview/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [begun] = await once(socket, "data");
  socket.write("what is this?\r\n\r\n");
  const answer = `${begun}${await text(socket)}`;

  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
});

test("a request for a whole address of ours is served whatever its Host says", async () => {
  const { url, metricsUrl } = await startProducer();
  for (const address of [url, metricsUrl]) {
    const line = "GET HTTP://localhost:80/healthz HTTP/1.1";
    expect(await say(address, `${line}\r\nHost: x.test\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  }
});

test("chunked is known in any case", async () => {
  const { url } = await startProducer();
  const sending = request(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", "transfer-encoding": "Chunked" },
  });
  sending.end(division);
  const [response] = await once(sending, "response");
  response.resume();
  expect(response.statusCode).toBe(202);
});

test("OPTIONS * tells what the server knows, to whoever asks it by a name of ours", async () => {
  const { url, boardUrl, metricsUrl } = await startProducer();
  for (const address of [url, boardUrl, metricsUrl]) {
    const answer = await say(address, askAll("localhost"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nallow: GET, HEAD, OPTIONS, POST\r\n/);
  }
  expect(await say(url, askAll("attacker.test"))).toMatch(/^HTTP\/1\.1 421 /);
});

function askAll(host: string): string {
  return `OPTIONS * HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

const expecting = "Expect: 100-continue\r\n";
const long = "Content-Length: 70000\r\n";

test.each([
  ["that is too large", `${post}${expecting}${long}\r\n`, 413],
  ["of another type", `${post.replace("json", "xml")}${expecting}${long}\r\n`, 415],
  ["that is compressed", `${post}Content-Encoding: gzip\r\n${expecting}${long}\r\n`, 415],
  ["with an unusable key", `${post}Idempotency-Key: a b\r\n${expecting}${long}\r\n`, 400],
  ["of another site", `${post}Sec-Fetch-Site: cross-site\r\n${expecting}${long}\r\n`, 403],
  ["for nothing there is", `${post.replace("jobs", "jops")}${expecting}${long}\r\n`, 404],
  [
    "for what takes none",
    `${post.replace("/api/v1/jobs", "/overview")}${expecting}${long}\r\n`,
    405,
  ],
  [
    "for a name that is not ours",
    `${post.replace("localhost", "x.test")}${expecting}${long}\r\n`,
    421,
  ],
])(
  "a client that holds a body back %s is refused instead of asked for it",
  async (_, bytes, status) => {
    const { url } = await startProducer();
    // What follows would be taken for the body, which never came.
    const answer = await say(url, `${bytes}GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`);

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
    expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  },
);

test("a client that holds its body back is asked for it, and keeps its connection", async () => {
  const { url, boardUrl, name } = await startProducer({ readOnly: false });
  const job = JSON.stringify({ name: "quotient", data: { x: 1, y: 1, delayMs: 0 } });
  const sendings = [
    { address: `${url}/api/v1/jobs`, body: division, status: 202 },
    { address: `${boardUrl}/board/api/queues/${name}/add`, body: job, status: 200 },
  ];
  for (const { address, body, status } of sendings) {
    const sending = request(address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": body.length,
        authorization: boardAuthorization,
        connection: "keep-alive",
        expect: "100-continue",
      },
    });
    const continued = once(sending, "continue");
    const answered = once(sending, "response");
    sending.flushHeaders();
    await continued;
    sending.end(body);
    const [response] = await answered;
    response.resume();
    expect([response.statusCode, response.headers.connection]).toEqual([status, "keep-alive"]);
  }
});

test("the length of a HEAD is that of the GET, at every listener", async () => {
  const { url, boardUrl, metricsUrl } = await startProducer();
  const pages = ["", "overview", "tasks/quotient", "nowhere", "tasks/nobody", "jobs/nobody"];
  const others = ["healthz", "assets/style.css", "assets/nothing.css", "api/v1/tasks/x"];
  const api = ["openapi.json", "v1/jobs", "v1/jobs/nobody", "nowhere"].map((path) => `api/${path}`);
  const addresses = [...pages, ...others, ...api].map((path) => `${url}/${path}`);
  addresses.push(`${metricsUrl}/healthz`, `${metricsUrl}/nowhere`);
  addresses.push(boardUrl, `${boardUrl}/nowhere`, `${boardUrl}/board/static/images/logo.svg`);
  const answers = async (method: string, host?: string) =>
    Promise.all(
      addresses.map(async (address) => {
        const headers = { authorization: boardAuthorization, ...(host !== undefined && { host }) };
        const sending = request(address, { method, headers });
        sending.end();
        const [response] = await once(sending, "response");
        const { length } = await buffer(response);
        return { address, status: response.statusCode, told: response.headers, length };
      }),
    );
  for (const host of [undefined, "attacker.test"]) {
    const gets = await answers("GET", host);
    expect(
      (await answers("HEAD", host)).map(({ address, status, told }) => [
        address,
        status,
        told["content-length"],
      ]),
    ).toEqual(gets.map(({ address, status, length }) => [address, status, String(length)]));
  }
});
