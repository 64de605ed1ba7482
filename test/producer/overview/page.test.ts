import { expect, test } from "vitest";
import { failureClasses } from "../../../src/contract/failures.ts";
import { noteBlock } from "../../../src/queue/blocks.ts";
import { submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("shows the numbers without JavaScript, loaded anew again and again", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  for (const input of [
    { x: 1, y: 2 },
    { x: 1, y: 0 },
  ]) {
    await untilFinal(url, (await submitDivision(url, input)).id);
  }
  const page = await until("the outcomes", async () => {
    const text = await (await fetch(`${url}/overview`)).text();
    return readingOf(text, "failed") === "1" && text;
  });
  expect(
    ["waiting", "working", "workers", "succeeded", "division_by_zero", "overflow"].map((reading) =>
      readingOf(page, reading),
    ),
  ).toEqual(["0", "0", "1", "1", "1", "0"]);
  expect(readingOf(page, "wait_p95")).toMatch(/^\d+ ms$|^0 s$/);
  expect(page).toContain("The queue is idle.");
  expect(page).toMatch(/<noscript\s*><meta http-equiv="refresh"/);
});

test("names the task that blocked a worker also while no worker is connected or the queue is paused", async () => {
  const { url, queue, redis } = await startProducer();
  await noteBlock(queue, redis, "greedy");
  const told = async (state: string) => {
    const page = await until(state, async () => {
      const text = await (await fetch(`${url}/overview`)).text();
      return text.includes(state) && text;
    });
    expect(page).toMatch(/blocked by: greedy\./);
  };
  await told("No worker is connected");
  await queue.pause();
  await told("The queue is paused");
});

test("tells tasks that blocked a worker apart from a choice of several", async () => {
  const { url, queue, redis } = await startProducer();
  await noteBlock(queue, redis, "one of divide and plain");
  await noteBlock(queue, redis, "plain");
  const page = await until("both to be told", async () => {
    const text = await (await fetch(`${url}/overview`)).text();
    return text.includes("plain;") && text;
  });
  // Two notes of one millisecond come in the order of their names.
  expect(page).toMatch(/blocked by: plain; one of divide and plain\./);
});

test("gives each class of failure a colour and a pattern of its own", async () => {
  const { url } = await startProducer();
  const page = await (await fetch(`${url}/overview`)).text();
  const found = /<svg\s+class="swatch"\s+data-dash="([^"]*)"[^>]*\scolor="([^"]+)"/g;
  const swatches = [...page.matchAll(found)].map(([, dash, colour]) => ({ dash, colour }));
  const classes = Object.keys(failureClasses).length;
  const count = (of: "dash" | "colour") => new Set(swatches.map((swatch) => swatch[of])).size;
  expect([swatches.length, count("colour"), count("dash")]).toEqual([classes, classes, classes]);
});

test("is linked from the start page", async () => {
  const { url } = await startProducer();
  const page = await (await fetch(`${url}/`)).text();
  expect(page).toMatch(/<a href="\/overview"\s*>Overview<\/a>/);
});

function readingOf(page: string, name: string): string | undefined {
  return new RegExp(`data-reading="${name}"[^>]*>([^<]*)<`).exec(page)?.[1];
}
