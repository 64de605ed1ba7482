import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { linesButOfLateRedis } from "../support/late-redis.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const connections = 200;
/** A request, and behind it what is none, while the answer is on its way. */
const sent = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nwhat is this?\r\n\r\n";

test("what is no HTTP writes no line into the log, however often it comes", async () => {
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, { LOG_LEVEL: "warn" });
  const { url: publicUrl, boardUrl, metricsUrl } = producer;
  const ports = [publicUrl, boardUrl, metricsUrl].map((url) => Number(new URL(url).port));
  const closed = ports.flatMap((port) =>
    Array.from({ length: connections }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.resume();
      socket.write(sent);
      await once(socket, "close");
    }),
  );
  await Promise.all(closed);
  await fetch(producer.url);
  expect(linesButOfLateRedis(producer.output())).toEqual([]);
});
