import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openResults } from "../../../src/producer/batches/results.ts";
import type { Desk } from "../../../src/producer/jobs/desk.ts";
import { createReadGate } from "../../../src/producer/jobs/read-gate.ts";
import { readFileBatch, readFileRows, readOutcomes } from "../../../src/queue/file-batches.ts";
import { keepFile, readFigures, submitFile, writeDivisions } from "../../support/file-batch.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/** A file of two rows that was submitted, and what its results are read with. */
async function submitTwo() {
  const { url, name, queue, redis } = await startProducer();
  const path = await keepFile(url, writeDivisions(2));
  await submitFile(url, path);
  const ask: Desk["ask"] = (call) => call(queue, redis);
  const deps = {
    store: {
      outcomes: (id: string) => readOutcomes(queue, redis, id),
      rows: ({ id }: { readonly id: string }, from: number, count: number) =>
        readFileRows(queue, redis, { id, from, count }),
    },
    desks: new Map([[name, { ask }]]),
    gate: createReadGate(),
  };
  const open = async () => {
    const batch = await readFileBatch(queue, redis, path.split("/").at(-1) ?? "");
    if (batch === undefined) throw new Error("expected the file to be kept");
    return openResults(deps, batch);
  };
  const succeed = async () => {
    await startWorker(name);
    await until("all to end", async () => (await readFigures(url, path))["Succeeded"] === 2);
  };
  return { open, succeed, queue, redis };
}

async function readLines(rows: AsyncIterable<string>): Promise<string[]> {
  const lines = (await text(rows)).trimEnd().split("\r\n");
  return lines.map((line) => line.replace(/,[a-z2-7]{26},/, ",ID,"));
}

test("a job that ends while the results are read is told as it was before", async () => {
  const { open, succeed } = await submitTwo();
  const lines = await open();
  await succeed();
  expect(await readLines(lines)).toEqual([
    "x,y,delayMs,id,state,error_type,error",
    "1,2,0,ID,waiting,,",
    "2,2,0,ID,waiting,,",
  ]);
});

test("a job that goes while the results are read is told as gone", async () => {
  const { open, succeed, queue, redis } = await submitTwo();
  await succeed();
  const lines = await open();
  const [job] = await queue.getCompleted(0, 0);
  // As where its record goes between the look at its state and the one at its result.
  expect(await redis.del(queue.toKey(job?.id ?? ""))).toBe(1);
  const states = (await readLines(lines)).slice(1).map((line) => line.split(",").at(4));
  expect(new Set(states)).toEqual(new Set(["gone", "succeeded"]));
});
