import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { startProducer } from "../support/producer.ts";

test.concurrent.each([
  ["says nothing", "", 5_000],
  ["never ends its headers", "GET / HTTP/1.1\r\nHost: x\r\n", 5_000],
  [
    "never ends its body",
    "POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
    10_000,
  ],
])(
  "a client that %s is answered 408 and cut off",
  { timeout: 20_000 },
  async (_, sent, limitMs) => {
    const { url } = await startProducer();
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const startedAt = performance.now();
    socket.write(sent);

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - startedAt).toSatisfy(
      (ms: number) => ms > limitMs - 100 && ms < limitMs + 5_000,
    );
  },
);
