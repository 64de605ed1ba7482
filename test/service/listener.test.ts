import { once } from "node:events";
import { Agent, get, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { openListeners } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

/** More bytes than the system's own buffers hold. */
const large = 16_000_000;

const here = { listenAddress: "127.0.0.1", hostNames: [] };

/** What proxies keep an idle connection for, in seconds, where they are not told otherwise. */
const proxies = { nginx: 60, "AWS' load balancer": 60, Traefik: 90, Caddy: 120 };

test("a connection outlasts the patience of every common proxy", async () => {
  const { port } = await openEcho();
  const response = await post(port, proxyAgent(), "x");

  const seconds = Number(/timeout=(\d+)/.exec(String(response.headers["keep-alive"]))?.[1]);
  expect(seconds).toBeGreaterThan(Math.max(...Object.values(proxies)));
});

test("a proxy that keeps its connections finds each of them open, whenever it posts", async () => {
  const { port } = await openEcho();
  // Node closes an idle connection after its keep-alive and a second: after 6 s by default.
  const idleMs = [5_500, 5_900, 5_990, 6_000, 6_010, 6_100, 6_500];
  const answers = await Promise.all(
    idleMs.map(async (ms) => {
      const agent = proxyAgent();
      await post(port, agent, "first");
      // What is asserted is that time passes and nothing happens.
      await sleep(ms);
      const response = await post(port, agent, "second");
      return [ms, response.statusCode, response.reused];
    }),
  );

  expect(answers).toEqual(idleMs.map((ms) => [ms, 200, true]));
});

test("idle connections make room for others before there is none", async () => {
  const max = 20;
  const { port, begun } = await openEcho(max);
  // While none is idle, the proxy takes every place that there is.
  const idle = await Promise.all(Array.from({ length: max }, () => begin(port)));
  await until("all places to be taken", () => begun() === max);
  await Promise.all(idle.map(end));
  const agent = proxyAgent();
  // The first may come before an answer has gone to its end.
  const response = await until("room", () => post(port, agent, "x").catch(() => undefined));

  expect(response.statusCode).toBe(200);
  await until("idle connections to be closed", () => idle.some((socket) => socket.closed));
});

test("a stop closes idle connections at once", async () => {
  const { port, close } = await openEcho();
  const socket = await begin(port);
  await end(socket);
  const startedAt = performance.now();
  await close(20_000);

  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await until("the connection to be closed", () => socket.closed);
});

test("a stop waits for an answer that is on its way, and for no connection after it", async () => {
  const { port, close, held } = await openEcho();
  const answer = post(port, proxyAgent(), "hold");
  const release = await held;
  const startedAt = performance.now();
  const closed = close(20_000);
  release();
  const { statusCode } = await answer;
  await closed;

  expect(statusCode).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("a stop waits for no connection whose request nobody has read", async () => {
  const { port, close, held } = await openEcho();
  const agent = proxyAgent();
  const answer = once(get({ port, agent, path: "/unread" }), "response");
  const release = await held;
  const startedAt = performance.now();
  const closed = close(20_000);
  release();
  const [response] = await answer;
  response.resume();
  await closed;

  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("a stop lets a client that reads slowly have all of its answer", async () => {
  const { port, close } = await openEcho();
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  let received = 0;
  socket.on("data", (data) => (received += data.length)).once("data", () => socket.pause());
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${large}\r\n\r\n`);
  socket.write("x".repeat(large));
  await until("the answer to begin", () => received > 0);
  const closed = close(20_000);
  socket.resume();
  await closed;
  await until("the end", () => socket.closed);
  expect(received).toBeGreaterThan(large);
});

test("a connection ends after a thousand answers", async () => {
  const { port } = await openEcho();
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const atOnce = 8;
  let answers = 0;
  socket
    .on("error", () => undefined)
    .on("data", (data) => {
      answers += data.toString("latin1").split("HTTP/1.1 ").length - 1;
      if (answers % atOnce === 0) ask();
    });
  const ask = () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(atOnce));
  ask();
  await until("the end", () => socket.closed || answers > 2_000);
  expect(answers).toBe(1_000);
});

/** A listener that says what was sent to it; what it is sent to hold, and what it does not read, it answers when released. */
async function openEcho(max = 2_000) {
  const { promise: held, resolve: hold } = Promise.withResolvers<() => void>();
  const app = new Koa();
  let begun = 0;
  app.use(async (ctx) => {
    begun += 1;
    const sent = ctx.path === "/unread" ? "hold" : await text(ctx.req);
    if (sent === "hold") await new Promise<void>((release) => hold(release));
    ctx.body = sent;
  });
  const places = { echo: { app, port: 0, purpose: "tests", behindProxy: true } };
  const listeners = await openListeners(here, places, { max });
  const close = async (graceMs: number) => listeners.close(graceMs);
  onTestFinished(() => close(0));
  return { port: listeners.ports.echo, close, held, begun: () => begun };
}

/** One connection that is kept, as a proxy keeps those to its upstream; Node heeds no hint to close it. */
function proxyAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // The agent would close the connection before the server does, which a proxy does not do.
  Object.assign(agent, {
    keepSocketAlive(socket: Socket) {
      socket.setKeepAlive(true);
      socket.unref();
      return true;
    },
  });
  onTestFinished(() => agent.destroy());
  return agent;
}

async function post(
  port: number,
  agent: Agent,
  body: string,
): Promise<IncomingMessage & { reused: boolean }> {
  const sending = request({ port, host: "127.0.0.1", agent, method: "POST" });
  sending.end(body);
  const [response]: IncomingMessage[] = await once(sending, "response");
  if (response === undefined) throw new Error("no response");
  await text(response);
  return Object.assign(response, { reused: sending.reusedSocket });
}

/** A connection whose request lacks its last byte. */
async function begin(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
  await once(socket, "connect");
  return socket;
}

/** Has the request answered; the connection is idle from then on. */
async function end(socket: Socket): Promise<void> {
  socket.write("x");
  await once(socket, "data");
}
