import type { Queue } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import {
  keepFile,
  readFigures,
  submitFile,
  uploadFile,
  writeDivisions,
} from "../../support/file-batch.ts";
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
