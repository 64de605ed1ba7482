import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { postJson, submitDivision } from "../support/client.ts";
import { heapOfMicro, maxResidentBytes } from "../support/heap-of-micro.ts";
import { linesButOfLateRedis } from "../support/late-redis.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const attackMs = 5_000;
/** A core of one's own gives hundreds meanwhile, and one that twenty others use, three. */
const minTaken = 5;
const longestAttackMs = 60_000;
const attacker = "127.0.0.2";
const division = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } };

test.each([
  ["requests", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["requests without a host", "GET / HTTP/1.1\r\n\r\n"],
  ["expectations", "GET / HTTP/1.1\r\nHost: a\r\nExpect: a\r\n\r\n"],
])(
  "connections full of %s, opened again and again, neither fill the memory nor stop others",
  async (_, request) => {
    const requests = request.repeat(990);
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url, {
      LOG_LEVEL: "warn",
      NODE_OPTIONS: heapOfMicro,
    });
    const { hostname, port } = new URL(producer.url);
    // The first one has the producer load and compile what it needs.
    await submitDivision(producer.url, { x: 1, y: 1 });
    const startedAt = performance.now();
    let taken = 0;
    const goesOn = () => {
      const tookMs = performance.now() - startedAt;
      return tookMs < attackMs || (taken < minTaken && tookMs < longestAttackMs);
    };
    const flood = async () => {
      while (goesOn())
        await floodOnce(
          connect({ host: hostname, port: Number(port), localAddress: attacker }),
          requests,
        );
    };
    const submit = async () => {
      while (goesOn()) {
        const response = await postJson(`${producer.url}/api/v1/jobs`, division);
        if (response.status === 202) taken += 1;
        await response.text();
      }
    };
    await Promise.all([...Array.from({ length: 20 }, flood), submit()]);

    expect(taken).toBeGreaterThanOrEqual(minTaken);
    expect(await readResidentBytes(producer.metricsUrl)).toBeLessThan(maxResidentBytes);
    expect(linesButOfLateRedis(producer.output())).toEqual([]);
  },
  120_000,
);

/** Asks a thousand times, and reads what comes until the connection is gone. */
async function floodOnce(socket: Socket, requests: string): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on("error", () => undefined).once("close", () => resolve());
  socket.resume();
  socket.write(requests);
  await closed;
}

async function readResidentBytes(metricsUrl: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
}
