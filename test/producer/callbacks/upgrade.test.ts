import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createAddressRules } from "../../../src/producer/callbacks/address-rules.ts";
import { createSender } from "../../../src/producer/callbacks/sender.ts";
import { startReceiver } from "../../support/callback-receiver.ts";
import { postJson } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

const secret = `whsec_${Buffer.alloc(32, "a").toString("base64")}`;
const loopback = "127.0.0.1";
const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";

/** A receiver that switches to another protocol, and leaves the connection open; it goes with the test. */
async function startSwitching() {
  const closes: Promise<void>[] = [];
  const server = createServer((socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    closes.push(promise);
    socket.once("data", () => socket.write(upgrade));
  });
  server.listen(0, loopback);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, port, closes };
}

test("an answer that switches protocols is a failed try, and its connection is closed", async () => {
  const { url, closes } = await startSwitching();
  const send = createSender({ rules: createAddressRules(loopback) });
  const { signal } = new AbortController();
  expect(await send({ url, headers: {}, body: "{}", signal })).toEqual({
    kind: "failed",
    reason: "got status 101, expected 2xx",
  });
  expect(closes).toHaveLength(1);
  await Promise.all(closes);
});

test("receivers that switch protocols keep no turn from others", async () => {
  const [{ port }, good] = [await startSwitching(), await startReceiver()];
  const resolve = async () => [loopback];
  const { url, name } = await startProducer({ callbacks: { secret, allowed: loopback, resolve } });
  await startWorker(name);
  const division = { task: "quotient", input: { x: 6, y: 3, delayMs: 0 } };
  const rows = Array.from({ length: 48 }, (_, index) => ({
    ...division,
    callback_url: `http://h${index % 12}.test:${port}/`,
  }));
  await postJson(`${url}/api/v1/jobs/batch`, rows);
  await postJson(`${url}/api/v1/jobs`, { ...division, callback_url: good.url });
  expect(await good.until(1)).toHaveLength(1);
});
