import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { submitDivision } from "../support/client.ts";
import { readResidentBytes, writeHalfSent } from "../support/half-sent.ts";
import { heapOfMicro, maxResidentBytes } from "../support/heap-of-micro.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";

const clients = 20;
/** As many as a client may have under way. */
const perClient = 2;

/**
 * Has a body sent by two connections of each of 20 clients, all of them half way at first, so that
 * what a producer holds of each it holds of all. Its memory has to stay within that of a micro
 * instance, and others have to be served all the while. Returns the statuses of the answers, without
 * those that were cut: a machine with much else to do may need longer than a request may take.
 */
export async function sendHalfWay(
  body: string,
  open: (url: string, client: number) => Socket,
): Promise<readonly string[]> {
  const redis = await ownRedis();
  const env = { LOG_LEVEL: "warn", NODE_OPTIONS: heapOfMicro };
  const { url, metricsUrl } = await spawnProducer(redis.url, env);
  const submitOther = async () => {
    expect((await submitDivision(url, { x: 1, y: 1 })).status).toBe("waiting");
    expect(await readResidentBytes(metricsUrl)).toBeLessThan(maxResidentBytes);
  };
  await submitOther();
  const sockets = Array.from({ length: clients * perClient }, (_, index) =>
    open(url, 2 + (index % clients)),
  );
  const half = body.length / 2;
  await Promise.all(sockets.map((socket) => writeHalfSent(socket, body.slice(0, half))));
  await submitOther();

  const answers = sockets.map((socket) => text(socket).catch(() => ""));
  for (const socket of sockets) socket.write(body.slice(half));
  const statuses = (await Promise.all(answers)).map((answer) => answer.slice(9, 12));
  await submitOther();
  return statuses.filter((status) => !["408", ""].includes(status));
}
