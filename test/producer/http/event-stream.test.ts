import { expect, onTestFinished, test, vi } from "vitest";
import { createEventStreams } from "../../../src/producer/http/event-stream.ts";

function takeClock(): void {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** The one stream that there may be, of a reader who does not read, on a clock that the test moves. */
function openUnread() {
  takeClock();
  const streams = createEventStreams(1);
  const stream = streams.open();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  stream.body.once("close", resolve);
  onTestFinished(() => void stream.body.destroy());
  return { streams, stream, closed };
}

test("a reader who leaves more than 256 KB unread loses its stream, and others have the place", async () => {
  const { streams, stream, closed } = openUnread();
  const data = "x".repeat(1_000);
  for (let sent = 0; sent < 250; sent += 1) stream.send({ event: "status", data });
  expect(stream.ended).toBe(false);
  for (let sent = 0; sent < 1_000; sent += 1) stream.send({ event: "status", data });
  expect(stream.ended).toBe(true);
  expect(stream.body.writableLength + stream.body.readableLength).toBeLessThan(300_000);
  await closed;
  expect(streams.open().ended).toBe(false);
});

test("a reader who reads no more loses its place soon after its stream's life is over", async () => {
  const { streams, stream, closed } = openUnread();
  stream.send({ event: "status", data: "x" });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(stream.ended).toBe(true);
  expect(() => streams.open()).toThrow(expect.objectContaining({ kind: "too_many_streams" }));
  await vi.advanceTimersByTimeAsync(10_500);
  await closed;
  expect(streams.open().ended).toBe(false);
});

test("no stream is silent for 4 s until it ends, and one timer sees to all of them", async () => {
  takeClock();
  const streams = createEventStreams(500);
  const opened = Array.from({ length: 500 }, () => streams.open());
  onTestFinished(() => opened.forEach(({ body }) => void body.destroy()));
  expect(vi.getTimerCount()).toBe(1);
  for (const stream of opened) stream.send({ event: "status", data: "{}" });
  const read = () => opened.map(({ body }) => String(body.read()));
  read();

  const spoke = opened.map(() => performance.now());
  const pauses: number[] = [];
  const atOnce: number[] = [];
  for (let ms = 0; ms < 30_000; ms += 250) {
    await vi.advanceTimersByTimeAsync(250);
    const said = read().flatMap((text, index) => (text === "null" ? [] : [{ text, index }]));
    expect(new Set(said.map(({ text }) => text))).toEqual(new Set(said.length > 0 ? [":\n"] : []));
    if (ms > 10_000) atOnce.push(said.length);
    for (const { index } of said) {
      pauses.push(performance.now() - (spoke[index] ?? 0));
      spoke[index] = performance.now();
    }
  }
  expect(Math.min(...spoke)).toBeGreaterThan(performance.now() - 4_000);
  expect(Math.max(...pauses)).toBeLessThan(4_000);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2_000);
  // They were opened at once, and do not all speak at once for ever.
  expect(Math.max(...atOnce)).toBeLessThan(150);

  streams.end();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(new Set(read())).toEqual(new Set(["null"]));
  for (const { body } of opened) body.destroy();
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
});

test("when to come back is told with the first event, for a block without data is an event to some", async () => {
  takeClock();
  const stream = createEventStreams(1).open();
  const { body } = stream;
  onTestFinished(() => void body.destroy());
  await vi.advanceTimersByTimeAsync(3_750);
  expect(String(body.read())).toBe(":\n");
  stream.send({ event: "status", data: "{}" });
  stream.send({ event: "status", id: "1", data: "{}" });
  expect(String(body.read())).toBe(
    "retry: 1000\nevent: status\ndata: {}\n\nevent: status\nid: 1\ndata: {}\n\n",
  );
});
