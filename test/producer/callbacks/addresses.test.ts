import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocketServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAddressRules } from "../../../src/producer/callbacks/address-rules.ts";
import { findUrlProblem } from "../../../src/producer/callbacks/callback-url.ts";
import { createSender } from "../../../src/producer/callbacks/sender.ts";
import { startReceiver } from "../../support/callback-receiver.ts";

const closed = createAddressRules("");

test.each([
  ["loopback", "127.0.0.1", "127.9.9.9", "::1"],
  ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
  ["link-local", "169.254.1.1", "fe80::1", "fec0::1"],
  ["metadata of clouds", "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"],
  ["unspecified", "0.0.0.0", "0.1.2.3", "::"],
  ["shared", "100.64.0.1", "100.127.255.255"],
  ["multicast and reserved", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "ff02::1"],
  ["documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  ["IPv4 mapped into IPv6", "::ffff:127.0.0.1", "::ffff:a00:1", "::ffff:8.8.8.8"],
  ["IPv4-compatible", "::127.0.0.1", "::8.8.8.8"],
  ["NAT64", "64:ff9b::a00:1", "64:ff9b:1::1"],
  ["6to4 and Teredo", "2002:7f00:1::1", "2001::1", "2001:0:4136:e378::1"],
])("addresses that are %s are closed", (_, ...addresses) => {
  expect(addresses.filter(closed.isOpen)).toEqual([]);
});

test("addresses of the public internet are open, and those that an operator lists", () => {
  const open = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"];
  expect(open.filter((address) => !closed.isOpen(address))).toEqual([]);
  const rules = createAddressRules("10.1.0.0/16, fd12::/16,192.168.7.7, hooks.internal");
  const asked = ["10.1.2.3", "10.2.0.1", "fd12::5", "192.168.7.7", "192.168.7.8"];
  expect(asked.map(rules.isOpen)).toEqual([true, false, true, true, false]);
  expect(["hooks.internal", "HOOKS.internal", "other"].map(rules.isListedName)).toEqual([
    true,
    true,
    false,
  ]);
});

test.each(["10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/8/8", "300.1.1.1", "a b", "http://a"])(
  "the list of what is allowed cannot have %j",
  (entry) => {
    expect(() => createAddressRules(entry)).toThrow(`got "${entry}", expected`);
  },
);

describe("an address is refused at submission", () => {
  test.each([
    ["that is none", "not an address", "is no address"],
    ["of another scheme", "ftp://example.com/", "expected"],
    ["with a password", "https://user:pass@example.com/", "has a user or a password"],
    ["with a fragment", "https://example.com/#part", "has the fragment"],
    ["that is too long", `https://example.com/${"a".repeat(2_048)}`, "expected 2048 at most"],
    ["by plain HTTP", "http://example.com/", "port 443 by HTTPS"],
    ["on another port", "https://example.com:8443/", "port 443 by HTTPS"],
    ["that is private", "https://10.0.0.1/", "no address of the public internet"],
    ["that is loopback, written as one number", "https://2130706433/", "no address"],
    ["that is loopback, written in octal", "https://0177.0.0.1/", "no address"],
    ["that is loopback, written in hex", "https://0x7f.1/", "no address"],
    ["that is loopback, with a dot behind it", "https://127.0.0.1./", "no address"],
    ["that is unspecified", "https://0/", "no address"],
    ["that is mapped", "https://[::ffff:169.254.169.254]/", "no address"],
    ["that is translated by NAT64", "https://[64:ff9b::7f00:1]/", "no address"],
    ["on port 0", "https://example.com:0/", "port 443 by HTTPS"],
  ])("%s", (_, url, problem) => {
    expect(findUrlProblem(url, closed)).toContain(problem);
  });

  test("but not one that is as expected, or that an operator has listed", () => {
    const rules = createAddressRules("10.0.0.0/8,hooks.internal");
    expect(findUrlProblem("https://example.com/jobs?a=b", closed)).toBeUndefined();
    expect(findUrlProblem("http://10.1.1.1:8080/jobs", rules)).toBeUndefined();
    expect(findUrlProblem("http://hooks.internal:8080/jobs", rules)).toBeUndefined();
  });
});

const message = (url: string) => ({
  url,
  headers: {},
  body: "{}",
  signal: new AbortController().signal,
});

/** Given up at once, for tests that do not ask how long that takes. */
const unfoundMs = 0;
const unfound = (host: string) => ({
  kind: "failed",
  reason: `no address that may be called was found for "${host}"`,
});

test("what a name resolves to is judged each time it is called, and is what is called", async () => {
  const receiver = await startReceiver();
  const { port } = new URL(receiver.url);
  const rules = createAddressRules("127.0.0.1");
  // As a name server of a stranger answers: what was allowed first, then what it is after.
  const answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"]];
  const asked: string[] = [];
  const send = createSender({
    rules,
    unfoundMs,
    resolve: async (name) => {
      asked.push(name);
      return answers.shift() ?? [];
    },
  });
  const url = `http://rebound.test:${port}/`;
  expect(await send(message(url))).toEqual({ kind: "delivered", status: 204 });
  for (let i = 0; i < 2; i += 1) {
    expect(await send(message(url))).toMatchObject(unfound("rebound.test"));
  }
  expect(asked).toEqual(["rebound.test", "rebound.test", "rebound.test"]);
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]?.headers["host"]).toBe(`rebound.test:${port}`);
});

test.each([
  "127.0.0.1",
  "0.0.0.0",
  "169.254.169.254",
  "100.64.0.1",
  "::1",
  "::ffff:127.0.0.1",
  "fd00::1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
])("a name that leads to %s is not called, whatever else it leads to", async (address) => {
  const answers = [[address], ["8.8.8.8", address], [address, "2606:4700::1111"]];
  for (const found of answers) {
    const send = createSender({ rules: closed, unfoundMs, resolve: async () => found });
    const sent = await send(message("https://rebound.test/"));
    expect(sent).toEqual({ ...unfound("rebound.test"), detail: `it leads to ${address}` });
  }
});

test("a name that leads into the network is told as one that does not exist, and after as long", async () => {
  const names: Readonly<Record<string, () => Promise<readonly string[]>>> = {
    "inside.test": async () => ["10.0.0.1"],
    "nowhere.test": async () =>
      Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })),
    "empty.test": async () => Promise.reject(Object.assign(new Error("no"), { code: "ENODATA" })),
  };
  const resolve = async (name: string) => names[name]?.() ?? [];
  const send = createSender({ rules: createAddressRules("10.9.0.0/16"), unfoundMs: 500, resolve });
  const asked = Object.keys(names).flatMap((name) => [`https://${name}/`, `http://${name}:81/`]);
  for (const url of asked) {
    const startedAt = performance.now();
    const { detail, ...told } = { detail: undefined, ...(await send(message(url))) };
    expect(told).toEqual(unfound(new URL(url).hostname));
    expect(detail).toBeDefined();
    // A timer may end a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThan(490);
  }
});

test("an address in the place of a name is judged when it is called, too", async () => {
  const receiver = await startReceiver();
  const send = createSender({ rules: closed });
  const { port } = new URL(receiver.url);
  for (const host of ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "[::1]"]) {
    expect(await send(message(`http://${host}:${port}/`))).toMatchObject({ kind: "refused" });
  }
  expect(receiver.received).toHaveLength(0);
});

test("a public host is called by HTTPS on port 443 alone, whatever was allowed at submission", async () => {
  const rules = createAddressRules("10.0.0.0/8");
  const send = createSender({ rules, resolve: async () => ["8.8.8.8"] });
  expect(await send(message("http://example.com/"))).toMatchObject({ kind: "refused" });
  expect(await send(message("https://example.com:22/"))).toMatchObject({ kind: "refused" });
});

const loopback = createAddressRules("127.0.0.1");

test("redirects are not followed", async () => {
  const elsewhere = await startReceiver();
  const receiver = await startReceiver((response) =>
    response.writeHead(307, { location: elsewhere.url }).end(),
  );
  const sent = await createSender({ rules: loopback })(message(receiver.url));
  expect(sent).toEqual({
    kind: "failed",
    reason: "got status 307, expected 2xx; redirects are not followed",
  });
  expect(elsewhere.received).toHaveLength(0);
});

test("an answer without an end is delivered by its status, and not read on", async () => {
  const closing = Promise.withResolvers<number>();
  const receiver = await startReceiver((response) => {
    let written = 0;
    response.writeHead(200);
    const write = () => {
      while (!response.destroyed && response.write("a".repeat(65_536))) written += 65_536;
    };
    response.on("drain", write);
    response.on("close", () => closing.resolve(written));
    write();
  });
  const sent = await createSender({ rules: loopback })(message(receiver.url));
  expect(sent).toEqual({ kind: "delivered", status: 200 });
  // What the sockets' buffers take, not what could be sent without an end.
  expect(await closing.promise).toBeLessThan(50_000_000);
});

test("a receiver that does not answer is given up after the time limit", async () => {
  const receiver = await startReceiver(() => undefined);
  const sent = await createSender({ rules: loopback, timeLimitMs: 200 })(message(receiver.url));
  expect(sent).toEqual({ kind: "failed", reason: "no answer within 200 ms" });
});

/** A server of TCP alone; it goes with the test. */
async function startSocket(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
}

const drip = (socket: Socket, text: string) => {
  socket.write(text);
  const timer = setInterval(() => socket.write("a"), 20);
  socket.on("close", () => clearInterval(timer));
};

test("a receiver whose headers come byte by byte is given up after the time limit", async () => {
  const host = await startSocket((socket) => drip(socket, "HTTP/1.1 200 OK\r\nx: "));
  const sent = await createSender({ rules: loopback, timeLimitMs: 300 })(
    message(`http://${host}/`),
  );
  expect(sent).toEqual({ kind: "failed", reason: "no answer within 300 ms" });
});

test("a receiver whose handshake never ends is given up after the time limit", async () => {
  const host = await startSocket(() => undefined);
  const sent = await createSender({ rules: loopback, timeLimitMs: 300 })(
    message(`https://${host}/`),
  );
  expect(sent).toEqual({ kind: "failed", reason: "no answer within 300 ms" });
});

test("an answer whose body comes byte by byte is delivered, and its connection is cut", async () => {
  const cut = Promise.withResolvers<void>();
  const host = await startSocket((socket) => {
    socket.on("close", () => cut.resolve());
    drip(socket, "HTTP/1.1 200 OK\r\ncontent-length: 8000\r\n\r\n");
  });
  const sent = await createSender({ rules: loopback })(message(`http://${host}/`));
  expect(sent).toEqual({ kind: "delivered", status: 200 });
  await cut.promise;
});

test("an answer of headers without an end is given up", async () => {
  const host = await startSocket((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const flood = () => {
      while (!socket.destroyed && socket.write(`x: ${"a".repeat(1_000)}\r\n`));
    };
    socket.on("drain", flood);
    flood();
  });
  const sent = await createSender({ rules: loopback })(message(`http://${host}/`));
  expect(sent).toEqual({ kind: "failed", reason: "HPE_HEADER_OVERFLOW" });
});

const unanswered = () => new Promise<never>(() => undefined);

test("a name server that does not answer is given up after the time limit, too", async () => {
  const send = createSender({ rules: closed, resolve: unanswered, timeLimitMs: 200 });
  expect(await send(message("https://example.com/"))).toEqual({
    kind: "failed",
    reason: "no answer within 200 ms",
  });
});

test("no proxy of the environment is asked", async () => {
  const receiver = await startReceiver();
  const proxy = createServer();
  let asked = 0;
  proxy.on("request", (_, response) => {
    asked += 1;
    response.end();
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const before = { ...process.env };
  onTestFinished(() => {
    for (const name of ["HTTP_PROXY", "http_proxy", "NODE_USE_ENV_PROXY"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  process.env["HTTP_PROXY"] = process.env["http_proxy"] = `http://127.0.0.1:${port}`;
  process.env["NODE_USE_ENV_PROXY"] = "1";
  expect(await createSender({ rules: loopback })(message(receiver.url))).toMatchObject({
    kind: "delivered",
  });
  expect(asked).toBe(0);
});
