import { expect, onTestFinished, test, vi } from "vitest";
import { createEventStreams } from "../../../src/producer/http/event-stream.ts";

/** The one stream that there may be, of a reader who does not read, on a clock that the test moves. */
function openUnread() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
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
  await vi.advanceTimersByTimeAsync(10_000);
  await closed;
  expect(streams.open().ended).toBe(false);
});
