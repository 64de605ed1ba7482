import { connect } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { readMemory } from "../../../src/queue/memory.ts";
import {
  division,
  divisions,
  idsOf,
  ndjson,
  postBatch,
  submitBatch,
  toLines,
} from "../../support/batch.ts";
import { postJson, readBody, submitDivision } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const body = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } };

test("each row counts as a submission: those beyond the rate are refused, and told when to come back", async () => {
  const { url, queue } = await startProducer({ limits: { ratePerMinute: 100 } });
  const answer = await submitBatch(url, divisions(150));
  expect([answer.queued, answer.refused, await queue.count()]).toEqual([100, 50, 100]);
  expect(answer.rows.map(({ outcome }) => outcome)).toEqual([
    ...Array<string>(100).fill("queued"),
    ...Array<string>(50).fill("refused"),
  ]);
  const { problem: told, retry_after_seconds: seconds } = answer.rows[100] ?? {};
  expect(told).toMatchObject({ status: 429, detail: "too many submissions from here" });
  expect(seconds).toSatisfy((value: number) => value > 30 && value <= 60);

  const next = await postBatch(url, divisions(1));
  expect(await readProblem(next)).toEqual(problem(429, "too many submissions from here"));
  expect(Number(next.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await postJson(`${url}${paths.api}`, body)).status).toBe(429);
});

test("a batch takes no more places than its client has left, and another client's job has its own", async () => {
  const { url, queue } = await startProducer({
    limits: { unfinishedPerClient: 40, trustProxy: true },
  });
  const answer = await submitBatch(url, divisions(100), { "x-forwarded-for": "203.0.113.1" });
  // Eight may be on their way before any of them is counted, and none of these is one too many.
  expect([answer.queued, answer.refused, await queue.count()]).toEqual([40, 60, 40]);
  expect(answer.rows.at(-1)).toMatchObject({
    problem: { status: 429, kind: "too_many_unfinished" },
    retry_after_seconds: 10,
  });
  await submitDivision(url, { x: 1, y: 1 }, { "x-forwarded-for": "203.0.113.2" });
});

test("a batch that is sent again is told of its jobs, though its client is full of them", async () => {
  const { url } = await startProducer({ limits: { unfinishedPerClient: 50 } });
  const key = { "idempotency-key": "k" };
  const first = await submitBatch(url, divisions(50), key);
  const again = await submitBatch(url, divisions(50), key);
  expect([first.queued, again.known]).toEqual([50, 50]);
  expect(idsOf(again)).toEqual(idsOf(first));
});

test("a queue that is full refuses a batch as it would refuse one of its rows", async () => {
  const { url, queue } = await startProducer({ limits: { queueDepth: 1 } });
  await submitDivision(url, { x: 1, y: 1 });
  await until("the queue to be full", async () => {
    return (await postJson(`${url}${paths.api}`, body)).status === 503;
  });
  const waiting = await queue.count();
  const answer = await postBatch(url, divisions(10));
  expect([answer.status, answer.headers.get("retry-after"), await queue.count()]).toEqual([
    503,
    "30",
    waiting,
  ]);
  expect((await readBody(answer)).kind).toBe("overloaded");
});

test("a batch of which only some rows meet a queue that takes none tells of each", async () => {
  const server = await ownRedis();
  const { url } = await startProducer({ redisUrl: server.url });
  await server.signal("SIGKILL");
  const { queued, rows } = await until("it to be noticed", async () => {
    const answer = await submitBatch(url, [{ task: "nothing", input: {} }, division(1)]);
    return answer.rows[1]?.problem?.kind === "not_ready" && answer;
  });
  expect([queued, rows[0]?.problem?.status, rows[1]?.retry_after_seconds]).toEqual([0, 422, 1]);
});

test("a Redis whose memory is nearly used up refuses a batch", async () => {
  const server = await ownRedis();
  const { url } = await startProducer({ redisUrl: server.url });
  const client = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => client.disconnect());
  const { used } = await readMemory(client);
  await client.config("SET", "maxmemory", String(Math.floor(used / 0.75)));
  const answer = await postBatch(url, divisions(3));
  expect([answer.status, (await readBody(answer)).kind]).toEqual([503, "memory_low"]);
});

test("while Redis is away a batch is told to come back, and sent again makes each job once", async () => {
  const server = await ownRedis();
  const { url, queue } = await startProducer({ redisUrl: server.url });
  const key = { "idempotency-key": "k" };
  await server.signal("SIGKILL");
  const refused = await until("it to be noticed", async () => {
    const answer = await postBatch(url, divisions(100), key);
    const { kind } = await readBody(answer);
    return answer.status === 503 && kind === "not_ready" && answer;
  });
  expect(refused.headers.get("retry-after")).toBe("1");
  await server.start();
  await until("all to be taken", async () => {
    const { queued, known } = await readBody(await postBatch(url, divisions(100), key));
    return queued + known === 100;
  });
  expect(await queue.count()).toBe(100);
});

test("a client has two batches under way, and a third is told to wait for one of them", async () => {
  const { url, queue } = await startProducer({ limits: { trustProxy: true } });
  const [first, second] = [openBatch(url, "203.0.113.1"), openBatch(url, "203.0.113.1")];
  await until("both to be under way", async () => {
    const response = await postBatch(url, "\n", from("203.0.113.1"));
    return response.status === 429;
  });
  const third = await postBatch(url, divisions(1), from("203.0.113.1"));
  expect([third.status, third.headers.get("retry-after"), (await readBody(third)).detail]).toEqual([
    429,
    "1",
    "expected at most 2 batches from here at once",
  ]);
  const others = await submitBatch(url, divisions(1), from("203.0.113.2"));
  expect(others.queued).toBe(1);
  expect([(await first.end()).queued, (await second.end()).queued]).toEqual([1, 1]);
  expect((await submitBatch(url, divisions(1), from("203.0.113.1"))).queued).toBe(1);
  expect(await queue.count()).toBe(4);
});

function from(client: string): Record<string, string> {
  return { "x-forwarded-for": client };
}

/** A batch of one row, whose end is yet to come. */
function openBatch(url: string, client: string) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(Buffer.from(toLines([division(1)])));
  const answer = fetch(`${url}${paths.batch}`, {
    method: "POST",
    headers: { "content-type": ndjson, "x-forwarded-for": client },
    body: readable,
    duplex: "half",
  });
  return {
    async end() {
      await writer.close();
      return readBody(await answer);
    },
  };
}

test("a batch whose connection breaks off half way gives its place back, and sent again makes each job once", async () => {
  const { url, queue } = await startProducer();
  const rows = toLines(divisions(500));
  const { hostname, port } = new URL(url);
  // More often than a client may have batches under way.
  for (const share of [0.2, 0.5, 0.9]) {
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.write(
      [
        `POST ${paths.batch} HTTP/1.1`,
        `Host: ${hostname}`,
        `Content-Type: ${ndjson}`,
        "Idempotency-Key: k",
        `Content-Length: ${rows.length}`,
        "",
        rows.slice(0, Math.round(share * rows.length)),
      ].join("\r\n"),
    );
    await until("rows to be queued", async () => (await queue.count()) > 0);
    socket.resetAndDestroy();
  }
  const answer = await until("a place to be free", async () => {
    const response = await postBatch(url, rows, { "idempotency-key": "k" });
    return response.status === 200 && readBody(response);
  });
  expect([answer.queued + answer.known, await queue.count()]).toEqual([500, 500]);
  const jobs = await queue.getWaiting(0, 1_000);
  expect(new Set(jobs.map(({ data }) => data.x)).size).toBe(500);
});
