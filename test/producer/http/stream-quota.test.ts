import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { readBody, submitDivision } from "../../support/client.ts";
import { holdStream } from "../../support/held-stream.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";

test("one client can have 20 event streams, and leaves the rest to others", async () => {
  const { url } = await startProducer({ limits: { trustProxy: true } });
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const ofJob = `${url}/api/v1/jobs/${id}/events`;
  const ofQueue = `${url}/api/v1/overview/events`;

  const taken = await Promise.all(
    Array.from({ length: 20 }, (_, at) => openAs("203.0.113.1", at < 10 ? ofJob : ofQueue)),
  );
  expect(taken.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  for (const stream of [ofJob, ofQueue]) {
    const refused = await openAs("203.0.113.1", stream);
    expect([refused.status, refused.headers.get("retry-after"), await readBody(refused)]).toEqual([
      429,
      "5",
      expect.objectContaining({
        title: "Too Many Requests",
        detail: "too many event streams are open from here, expected at most 20",
      }),
    ]);
  }
  expect((await openAs("203.0.113.2", ofJob)).status).toBe(200);
  for (const stream of [ofJob, ofQueue]) {
    // The same without a stream, as pages read it then.
    const state = await openAs("203.0.113.1", stream.replace(/\/events$/, ""));
    expect([stream, state.status]).toEqual([stream, 200]);
  }

  await taken[0]?.body?.cancel();
  const again = await until("the room of the one that has left", async () => {
    const { status } = await openAs("203.0.113.1", ofJob);
    return status === 200 && status;
  });
  expect([again, (await openAs("203.0.113.1", ofQueue)).status]).toEqual([200, 429]);
});

test("streams that were asked for on one connection give their places back when that ends", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const path = `/api/v1/jobs/${id}/events`;
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: 3 }, () => {
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(8));
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, "data")));
  await until("the places to be taken", async () => (await fetch(url + path)).status === 429);
  for (const socket of sockets) socket.destroy();

  const free = await until("all places to be free", async () => {
    const trial = new AbortController();
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => fetch(url + path, { signal: trial.signal })),
    );
    trial.abort();
    return opened.every(({ status }) => status === 200) && opened.length;
  });
  expect(free).toBe(20);
});

function openAs(address: string, stream: string): Promise<Response> {
  return holdStream(stream, { "x-forwarded-for": address });
}
