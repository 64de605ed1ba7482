import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { tellProgress } from "./progress.ts";

const clients = [
  { does: "says nothing", sent: "", limitSeconds: 7 },
  {
    does: "never ends its headers",
    sent: "GET / HTTP/1.1\r\nHost: localhost\r\n",
    limitSeconds: 7,
  },
  {
    does: "never ends its body",
    sent: "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
    limitSeconds: 11,
  },
];

fault(
  {
    id: "F20",
    name: "clients dawdle",
    short: { each: 1, timeoutMs: 60_000 },
    full: { each: 100, timeoutMs: 60_000 },
  },
  async ({ each }, measure) => {
    const redis = await ownRedis();
    const { url } = await spawnProducer(redis.url);
    const { port, hostname } = new URL(url);
    tellProgress("F20", () => `${3 * each} clients dawdle`);
    /** Seconds until it is cut off, with an answer that says why. */
    const dawdle = async (sent: string) => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      const startedAt = performance.now();
      socket.write(sent);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
      return (performance.now() - startedAt) / 1_000;
    };
    const cuts = clients.map(async ({ does, sent, limitSeconds }) => {
      const seconds = await Promise.all(Array.from({ length: each }, () => dawdle(sent)));
      return () =>
        measure.atMost(`one that ${does}: cut off`, limitSeconds, Math.max(...seconds), "s");
    });
    for (const tell of await Promise.all(cuts)) tell();
  },
);
