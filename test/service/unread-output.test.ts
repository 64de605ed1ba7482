import { once } from "node:events";
import { connect } from "node:net";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { openListeners } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

const here = { listenAddress: "127.0.0.1", hostNames: [] };

const bytes = 16_000_000;

/** A connection that has asked for more than the system's own buffers hold, and reads nothing yet. */
async function askForMuch() {
  const app = new Koa();
  let isCut = false;
  app.use((ctx) => {
    ctx.res.once("close", () => (isCut = true));
    ctx.body = Buffer.alloc(bytes);
  });
  const listeners = await openListeners(here, { much: { app, port: 0, purpose: "tests" } });
  onTestFinished(() => listeners.close(0));
  const socket = connect(listeners.ports.much, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return { socket, isCut: () => isCut };
}

test("a client that asks and does not read is cut off", async () => {
  const { socket, isCut } = await askForMuch();
  let received = 0;
  await until("the cut", isCut);
  // What was sent before it.
  socket.on("data", (data) => (received += data.length));
  await until("the end", () => socket.closed);
  expect(received).toBeLessThan(bytes);
});

test("a client that goes on sending and does not read is cut off", async () => {
  const { socket, isCut } = await askForMuch();
  // Empty lines before a request mean nothing.
  const sending = setInterval(() => socket.write("\r\n"), 1_000);
  onTestFinished(() => clearInterval(sending));
  expect(await until("the cut", isCut)).toBe(true);
});

test("a client that reads slowly, but reads, has everything", async () => {
  const { socket } = await askForMuch();
  let received = 0;
  socket.on("data", (data) => {
    received += data.length;
    // Some 16 s for all of it: longer than the patience with one who does not read.
    socket.pause();
    setTimeout(() => socket.resume(), data.length / 1_000);
  });
  expect(await until("all of it", () => received > bytes)).toBe(true);
});
