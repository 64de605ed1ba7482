import { once } from "node:events";
import { connect, type Socket } from "node:net";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { openListeners, type Place } from "../../src/service/listener.ts";
import { until } from "../support/until.ts";

const here = { listenAddress: "127.0.0.1", hostNames: [] };

const perClient = 5;
const max = 20;

const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
/** More than the system's own buffers hold. */
const large = 16_000_000;

async function openSmall(given: Partial<Place> = {}) {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = ctx.path === "/large" ? Buffer.alloc(large) : "answer";
  });
  const place = { app, port: 0, purpose: "tests", ...given };
  const limits = { max, perClient };
  const listeners = await openListeners(here, { place }, limits);
  onTestFinished(() => listeners.close(0));
  return listeners.ports.place;
}

/** So many connections from that address that say nothing. */
function openSilent(port: number, count: number, localAddress: string) {
  return Array.from({ length: count }, () => openOne(port, localAddress));
}

function openOne(port: number, localAddress: string): Socket {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
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
      again?.write(get);
      const { promise: said, resolve } = Promise.withResolvers<boolean>();
      again?.once("data", () => resolve(true)).once("close", () => resolve(false));
      return said;
    },
    3_000,
  );
});

test("more connections than there are places are cut off", async () => {
  const port = await openSmall({ behindProxy: true });
  const sockets = ["127.0.0.2", "127.0.0.3"].flatMap((client) => openSilent(port, max - 1, client));
  const countCut = () => sockets.filter(({ closed }) => closed).length;
  await until("the surplus to be cut", () => countCut() >= max - 2);
  expect(countCut()).toBe(max - 2);
});

test("newcomers close the connection that has been idle for longest, and no more than they need", async () => {
  const port = await openSmall({ behindProxy: true });
  const places = max * 0.75;
  const idle: Socket[] = [];
  while (idle.length < places) idle.push(await openIdle(port, "127.0.0.2"));
  const newcomers = openSilent(port, 3, "127.0.0.3");
  await until("all to be connected", () => newcomers.every(({ connecting }) => !connecting));
  await until("three to be closed", () => idle.filter(({ closed }) => closed).length === 3);
  expect(idle.slice(0, 3).map(({ closed }) => closed)).toEqual([true, true, true]);
  await openIdle(port, "127.0.0.4");
  await until("one more to be closed", () => idle[3]?.closed);
  expect(idle.slice(4).some(({ closed }) => closed)).toBe(false);
});

test("an answer that is read slowly is complete, however many others connect", async () => {
  const port = await openSmall({ behindProxy: true });
  const slow = openOne(port, "127.0.0.2");
  let received = 0;
  slow.on("data", (data) => (received += data.length)).once("data", () => slow.pause());
  slow.write("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until("the answer to begin", () => received > 0);
  for (let newcomer = 0; newcomer < 2 * max; newcomer += 1) await openIdle(port, "127.0.0.3");
  slow.resume();
  await until("the end", () => received > large || slow.closed);
  expect(received).toBeGreaterThan(large);
});

test("a client that may not connect makes nobody lose a connection", async () => {
  const port = await openSmall({ clientRate: { perMinute: 1, burst: max } });
  // One by one, for those that crowd do not count.
  for (let made = 0; made < 2 * max; made += 1) {
    const [socket] = openSilent(port, 1, "127.0.0.9");
    await until("the connection", () => !socket?.connecting);
    socket?.destroy();
  }
  const idle: Socket[] = [];
  for (const client of [2, 3, 4]) {
    while (idle.length < (client - 1) * perClient)
      idle.push(await openIdle(port, `127.0.0.${client}`));
  }
  await waitForEnd(openSilent(port, max, "127.0.0.9"));
  let answers = 0;
  const [oldest] = idle;
  oldest?.on("data", () => (answers += 1)).write(get);
  await until("an answer or the end", () => answers > 0 || oldest?.closed);
  expect(answers).toBe(1);
});

test("behind a proxy, which has all connections, none is cut", async () => {
  const port = await openSmall({ behindProxy: true });
  const sockets = openSilent(port, 3 * perClient, "127.0.0.2");
  await until("all to be connected", () => sockets.every(({ connecting }) => !connecting));
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("answer");
  expect(sockets.filter(({ closed }) => closed)).toEqual([]);
});

/** A connection from that address that has had an answer. */
async function openIdle(port: number, localAddress: string): Promise<Socket> {
  const socket = openOne(port, localAddress);
  socket.write(get);
  await once(socket, "data");
  return socket;
}

async function waitForEnd(sockets: readonly Socket[]): Promise<void> {
  await until("their end", () => sockets.every(({ closed }) => closed));
}
