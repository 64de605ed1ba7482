import { text } from "node:stream/consumers";
import type { Queue } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import {
  fileHead,
  keepFile,
  readFigures,
  submitFile,
  uploadFile,
  writeDivisions,
} from "../../support/file-batch.ts";
import { openHalfSent } from "../../support/half-sent.ts";
import { spawnProducer } from "../../support/processes.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const count = 1_000;

async function openOwnRedis() {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await until("Redis", () => redis.status === "ready");
  return { server, queue: createQueue(redis) };
}

/** The first number of each row that has a job, as often as it has one. */
async function readDividends(queue: Queue): Promise<number[]> {
  const jobs = await queue.getWaiting(0, 2 * count);
  const data = jobs.map((job) => (job.data as { readonly x: number }).x);
  return data.toSorted((a, b) => a - b);
}

/** Presses the button again until all rows are submitted. */
async function untilSubmitted(url: string, path: string): Promise<void> {
  await until("all rows to be submitted", async () => {
    await submitFile(url, path);
    const figures = await readFigures(url, path);
    return figures["Waiting"] === count && figures["Not submitted"] === undefined;
  });
}

const all = Array.from({ length: count }, (_, i) => i + 1);

test(
  "rows of a file that a killed producer left are submitted by another one, each of them once",
  { timeout: 180_000 },
  async () => {
    const { server, queue } = await openOwnRedis();
    const [one, other] = await Promise.all([spawnProducer(server.url), spawnProducer(server.url)]);
    const path = await keepFile(one.url, writeDivisions(count));
    const answer = submitFile(one.url, path).then(
      ({ status }) => status,
      () => "none",
    );
    await until("some of them", async () => (await queue.count()) > 0);
    await one.stop("SIGKILL");
    // A machine that stops this test for a moment lets the producer come to its end.
    expect([303, "none"]).toContain(await answer);

    await untilSubmitted(other.url, path);
    expect(await readDividends(queue)).toEqual(all);
  },
);

test(
  "what Redis has taken of a file when it dies is told once it is back, and the rest submitted then",
  { timeout: 180_000 },
  async () => {
    const { server, queue } = await openOwnRedis();
    const { url } = await startProducer({ name: queue.name, redisUrl: server.url });
    const path = await keepFile(url, writeDivisions(count));
    const answer = submitFile(url, path);
    await until("some of them", async () => (await queue.count()) > 0);
    await server.signal("SIGKILL");
    expect([303, 503]).toContain((await answer).status);

    const refused = await submitFile(url, path);
    expect([refused.status, await refused.text()]).toEqual([
      503,
      expect.stringMatching(/Not all rows were submitted[\s\S]*no row makes a second job/),
    ]);
    const shown = await fetch(`${url}${path}`);
    expect([shown.status, await shown.text()]).toEqual([
      503,
      expect.stringContaining("This cannot be shown now"),
    ]);
    await server.start();
    await untilSubmitted(url, path);
    expect(await readDividends(queue)).toEqual(all);
  },
);

test("a file that is sent while Redis is away is not taken, and told so", async () => {
  const { server, queue } = await openOwnRedis();
  const { url } = await startProducer({ name: queue.name, redisUrl: server.url });
  await server.signal("SIGKILL");
  const refused = await uploadFile(url, writeDivisions(3));
  expect([refused.status, await refused.text()]).toEqual([
    503,
    expect.stringMatching(/The file was not taken[\s\S]*href="\/tasks\/quotient"/),
  ]);
  await server.start();
  expect(await keepFile(url, writeDivisions(3))).toMatch(/^\/batches\//);
});

test("a file whose rows are gone is told as no longer kept, whatever is asked of it", async () => {
  const { url, redis, queue } = await startProducer({ limits: { unfinishedPerClient: 1 } });
  const path = await keepFile(url, writeDivisions(2));
  expect((await submitFile(url, path)).status).toBe(303);
  await redis.del(queue.toKey(`file:${path.split("/").at(-1) ?? ""}:rows`));
  for (const answer of [await submitFile(url, path), await fetch(`${url}${path}/results.csv`)]) {
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining("its jobs stay where they are"),
    ]);
  }
});

test("a file whose first rows are lost before its last ones come is told as such", async () => {
  const { url, redis, queue } = await startProducer();
  const rows = `${"1,2,0".padEnd(1_000)}\n`.repeat(100);
  const body = `${fileHead("rows.csv")}x,y,delayMs\n${rows}${rows}\r\n--b--\r\n`;
  const socket = openHalfSent(url, {
    path: "/tasks/quotient/file",
    client: 1,
    type: "multipart/form-data; boundary=b",
    length: body.length,
    headers: [`Origin: http://${new URL(url).hostname}`],
  });
  socket.write(body.slice(0, 100_000));
  const findRows = async () => redis.keys(queue.toKey("file:*:rows"));
  const [key = ""] = await until("the first rows", async () => {
    const keys = await findRows();
    return keys.length > 0 && keys;
  });
  await redis.del(key);
  socket.write(body.slice(100_000));
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain("The file took so long to come that its first rows are no longer kept");
  expect(await findRows()).toEqual([]);
});
