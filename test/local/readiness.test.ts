import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { untilReady } from "../../src/local/readiness.ts";
import { reservePort } from "../support/ports.ts";

test("tells once that a service is starting, and no reason where it is soon ready", async () => {
  const told: string[] = [];
  const url = await serve((asked) => (asked < 8 ? "redis is away" : undefined));
  await untilReady(url, { ...patience, tell: (line) => told.push(line), tellEveryMs: 150 });
  expect(told).toEqual(["is starting, which may take a while"]);
});

test("tells each reason once, in words, where it takes long", async () => {
  const told: string[] = [];
  const url = await serve((asked) => {
    if (asked < 4) return "redis is away";
    return asked < 8 ? "redis is full" : undefined;
  });
  await untilReady(url, {
    ...patience,
    tell: (line) => told.push(line),
    tellEveryMs: 0,
    explainedAfterMs: 0,
  });
  expect(told).toEqual(["not ready yet: redis is away", "not ready yet: redis is full"]);
});

test("gives up with the reason in words", async () => {
  const url = `http://127.0.0.1:${await reservePort()}/readyz`;
  const waiting = untilReady(url, { ...patience, deadlineMs: 200, tell: () => {} });
  await expect(waiting).rejects.toThrow(
    `"${url}" is not ready after 0.2 s: it does not listen yet`,
  );
});

const patience = { deadlineMs: 20_000, signal: new AbortController().signal };

/** Answers as a service's `/readyz`, with the reason for the n-th request, until there is none. */
async function serve(reasonAt: (asked: number) => string | undefined): Promise<string> {
  let asked = 0;
  const server = createServer((_, response) => {
    const reason = reasonAt((asked += 1));
    response.statusCode = reason === undefined ? 200 : 503;
    response.end(JSON.stringify({ ready: reason === undefined, reasons: reason ? [reason] : [] }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return `http://127.0.0.1:${address.port}/readyz`;
}
