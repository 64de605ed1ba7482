import { connect } from "node:net";
import { text } from "node:stream/consumers";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { openListeners } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

const here = { listenAddress: "127.0.0.1", hostNames: [] };

/** A listener that answers when it is released, and counts what it has been asked. */
async function openHeld() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const app = new Koa();
  let handled = 0;
  app.use(async (ctx) => {
    handled += 1;
    await released;
    ctx.body = "answer";
  });
  const listeners = await openListeners(here, { held: { app, port: 0, purpose: "tests" } });
  onTestFinished(() => listeners.close(0));
  return { port: listeners.ports.held, release, handled: () => handled };
}

/** One connection that asks so often without waiting for an answer. */
function ask(port: number, times: number) {
  const socket = connect(port, "127.0.0.1");
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
  const sockets = Array.from({ length: 20 }, () => ask(port, 990));
  await until("all to be cut", () => sockets.every((socket) => socket.closed));
  expect(handled()).toBeLessThanOrEqual(20 * 8);
  release();
  expect(await text(ask(port, 1))).toContain("answer");
});
