import { connect } from "node:net";
import { text } from "node:stream/consumers";
import Koa from "koa";
import { expect, onTestFinished, test, vi } from "vitest";
import { createClientRate } from "../../src/service/client-rate.ts";
import { openListeners } from "../../src/service/listener.ts";

const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

function stopClock() {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

test("after a burst, a client may as often as the rate says, and what was refused counts", () => {
  stopClock();
  const count = createClientRate({ perMinute: 60, burst: 3 });
  const tried = (times: number, client = "a") => Array.from({ length: times }, () => count(client));
  expect(tried(4)).toEqual([true, true, true, false]);
  vi.advanceTimersByTime(1_000);
  expect(tried(1)).toEqual([false]);
  expect(tried(1, "b")).toEqual([true]);
  vi.advanceTimersByTime(3_000);
  expect(tried(3)).toEqual([true, true, false]);
});

test("however much was refused, a client has rested after a minute and its burst", () => {
  stopClock();
  const count = createClientRate({ perMinute: 60, burst: 3 });
  expect(count("a", 10_000)).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(count("a")).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(count("a")).toBe(true);
});

test("a client that goes on beyond its rate is cut, and another one is answered", async () => {
  const app = new Koa().use((ctx) => {
    ctx.body = "answer";
  });
  const place = { app, port: 0, purpose: "tests", clientRate: { perMinute: 5, burst: 5 } };
  const listeners = await openListeners({ listenAddress: "127.0.0.1", hostNames: [] }, { place });
  onTestFinished(() => listeners.close(0));
  const ask = async (localAddress: string, times: number) => {
    const socket = connect({ port: listeners.ports.place, host: "127.0.0.1", localAddress });
    socket.on("error", () => undefined);
    socket.end(get.repeat(times));
    return (await text(socket).catch(() => "")).match(/answer/g)?.length ?? 0;
  };
  // The connection is counted, too.
  expect(await ask("127.0.0.2", 4)).toBe(4);
  expect(await ask("127.0.0.2", 1)).toBe(0);
  expect(await ask("127.0.0.3", 1)).toBe(1);
});
