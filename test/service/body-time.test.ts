import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { limitBodyTime } from "../../src/service/body-time.ts";
import { until } from "../support/until.ts";

/** Has half of a body come, and tells whether it was refused as late; `read` is what is done with it. */
async function sendHalf(read: (request: IncomingMessage) => void) {
  let isRefused = false;
  const begun = Promise.withResolvers<void>();
  const server = createServer((request) => {
    limitBodyTime(request, () => (isRefused = true));
    read(request);
    begun.resolve();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2000\r\n\r\n");
  socket.write("x".repeat(1_000));
  return { begun: begun.promise, isRefused: () => isRefused };
}

test("a body that stays half way is late, and one that we have not read is not", async () => {
  const unread = await sendHalf(() => undefined);
  await unread.begun;
  const read = await sendHalf((request) => request.resume());
  // The other one began earlier, so that it would have been late by then.
  await until("the body that was read to be refused", read.isRefused);
  expect(unread.isRefused()).toBe(false);
});
