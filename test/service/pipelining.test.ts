import { connect } from "node:net";
import { text } from "node:stream/consumers";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import type { Rate } from "../../src/service/client-rate.ts";
import { openListeners } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

const here = { listenAddress: "127.0.0.1", hostNames: [] };

/** A listener that answers when it is released, and counts what it has been asked. */
async function openHeld({ behindProxy = false, rate = undefined as Rate | undefined } = {}) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const app = new Koa();
  let handled = 0;
  app.use(async (ctx) => {
    handled += 1;
    await released;
    ctx.body = "answer";
  });
  const listeners = await openListeners(
    here,
    { held: { app, port: 0, purpose: "tests", behindProxy } },
    { unanswered: 10, rate },
  );
  onTestFinished(() => listeners.close(0));
  return { port: listeners.ports.held, release, handled: () => handled };
}

/** What Node.js would answer by itself. */
const ownAnswers = [
  ["without a host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["that expects what there is not", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n", 417],
] as const;

/** One connection that asks so often without waiting for an answer. */
function ask(port: number, times: number, localAddress = "127.0.0.1") {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const requests = Array.from({ length: times }, (_, index) => {
    const last = index === times - 1 ? "Connection: close\r\n" : "";
    return `GET / HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
  });
  socket.write(requests.join(""));
  return socket;
}

test("eight requests of a connection are handled at once, and all are answered", async () => {
  const { port, release, handled } = await openHeld();
  const answers = text(ask(port, 8));
  await until("eight to be handled", () => handled() === 8);
  release();
  expect((await answers).match(/HTTP\/1\.1 200/g)).toHaveLength(8);
});

test("a connection that waits for more answers is cut, and no more of it is handled", async () => {
  const { port, release, handled } = await openHeld();
  const sockets = Array.from({ length: 20 }, () => ask(port, 990).resume());
  await until("all to be cut", () => sockets.every((socket) => socket.closed));
  expect(handled()).toBeLessThanOrEqual(20 * 8);
  release();
  expect(await text(ask(port, 1))).toContain("answer");
});

test.each(ownAnswers)(
  "a request %s is refused, and counts like any other",
  async (_, request, status) => {
    const { port, handled } = await openHeld({ rate: { perMinute: 60, burst: 400 } });
    const once = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    once.end(request);
    expect(await text(once)).toContain(`HTTP/1.1 ${status} `);

    const greedy = connect(port, "127.0.0.1");
    greedy.on("error", () => undefined).resume();
    greedy.write(request.repeat(500));
    await until("it to be cut", () => greedy.closed);
    expect(await text(ask(port, 1))).toBe("");
    expect(handled()).toBe(0);
  },
);

test("a connection that asks for a few too many takes no other one of its client with it", async () => {
  const { port, release } = await openHeld({ rate: { perMinute: 60, burst: 900 } });
  const other = text(ask(port, 1));
  const greedy = ask(port, 9);
  await until("it to be cut", () => greedy.closed);
  release();
  expect(await other).toContain("answer");
});

test("a client whose connection was cut for it has to rest before it may connect again", async () => {
  const { port, release } = await openHeld({ rate: { perMinute: 60, burst: 900 } });
  release();
  expect(await text(ask(port, 1))).toContain("answer");
  const greedy = ask(port, 990);
  await until("it to be cut", () => greedy.closed);
  expect(await text(ask(port, 1))).toBe("");
  expect(await text(ask(port, 1, "127.0.0.2"))).toContain("answer");
});

test("a client that waits for many answers is told to come later, while another one is handled", async () => {
  const { port, release, handled } = await openHeld();
  const waiting = Array.from({ length: 10 }, () => ask(port, 1));
  await until("ten to be handled", () => handled() === 10);
  expect(await text(ask(port, 1))).toMatch(/^HTTP\/1\.1 429 [^]*retry-after: 1\r\n/i);
  const other = text(ask(port, 1, "127.0.0.2"));
  await until("the other one to be handled", () => handled() === 11);

  waiting[0]?.destroy();
  await until("its place to be free", () => {
    ask(port, 1);
    return handled() === 12;
  });
  release();
  expect(await other).toContain("answer");
});

test("behind a proxy, which is one client, any number is handled, whatever another connection does", async () => {
  const { port, handled, release } = await openHeld({ behindProxy: true });
  const others = Array.from({ length: 30 }, () => ask(port, 1));
  await until("all to be handled", () => handled() === 30);
  const greedy = ask(port, 990);
  await until("it to be cut", () => greedy.closed);
  release();
  expect(await Promise.all(others.map(text))).toEqual(
    Array.from({ length: 30 }, () => expect.stringContaining("answer")),
  );
});
