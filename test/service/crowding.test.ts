import { connect } from "node:net";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { openListeners } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

const here = { listenAddress: "127.0.0.1", hostNames: [] };

const perClient = 5;
const max = 20;

async function openSmall({ behindProxy = false } = {}) {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = "answer";
  });
  const place = { app, port: 0, purpose: "tests", behindProxy };
  const limits = { max, perClient };
  const listeners = await openListeners(here, { place }, limits);
  onTestFinished(() => listeners.close(0));
  return listeners.ports.place;
}

/** So many connections from that address that say nothing. */
function openSilent(port: number, count: number, localAddress: string) {
  return Array.from({ length: count }, () => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    return socket;
  });
}

test("a client beyond its share of connections is cut off once half are taken, and another one is answered", async () => {
  const port = await openSmall();
  const sockets = openSilent(port, max, "127.0.0.2");
  await until("the surplus to be cut", () => {
    const cut = sockets.filter(({ closed }) => closed).length;
    return cut === max / 2;
  });
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("answer");

  // It is left with less than its share, and has room again.
  for (const socket of sockets.filter(({ closed }) => !closed).slice(1)) socket.destroy();
  await until(
    "room",
    async () => {
      const [again] = openSilent(port, 1, "127.0.0.2");
      again?.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const { promise: said, resolve } = Promise.withResolvers<boolean>();
      again?.once("data", () => resolve(true)).once("close", () => resolve(false));
      return said;
    },
    3_000,
  );
});

test("behind a proxy, which has all connections, none is cut", async () => {
  const port = await openSmall({ behindProxy: true });
  const sockets = openSilent(port, 3 * perClient, "127.0.0.2");
  await until("all to be connected", () => sockets.every(({ connecting }) => !connecting));
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("answer");
  expect(sockets.filter(({ closed }) => closed)).toEqual([]);
});
