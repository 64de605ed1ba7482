import { expect, test } from "vitest";
import { z } from "zod";
import { loadTasks } from "../../../src/task/registry.ts";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { fixtureTasks } from "../../support/fixture-tasks.ts";
import { startProducer } from "../../support/producer.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

/** Throws what is no error. */
function toss(value: unknown): never {
  throw value;
}

function circle(): object {
  const whole: { part?: object } = {};
  whole.part = { whole };
  return whole;
}

const huge = "x".repeat(10_000_000);

interface Told {
  readonly error_type: string;
  readonly error: string;
  readonly attempts: number;
}

/** Ended at once: another attempt would do the work again for nothing. */
const atOnce = (error_type: string, error: string): Told => ({ error_type, error, attempts: 1 });
const asOther = (error: string): Told => ({ error_type: "_OTHER", error, attempts: 2 });

test.each<[what: string, run: Task["run"], told: Told]>([
  [
    "returns a BigInt",
    async () => 1n,
    atOnce("_OTHER", "the result is a BigInt, expected a number or a text of digits"),
  ],
  [
    "returns a Map",
    async () => new Map(),
    atOnce("_OTHER", "the result is a Map, expected Object.fromEntries() of it"),
  ],
  [
    "returns what is part of itself",
    async () => circle(),
    atOnce("_OTHER", 'the result at "part.whole" refers back to what it is part of'),
  ],
  ["returns 10 MB", async () => huge, atOnce("overflow", "the result is larger than 65536 bytes")],
  ["throws a text", async () => toss("gone"), asOther("gone")],
  ["throws null", async () => toss(null), asOther("threw null")],
  [
    "throws an error with a message of 10 MB",
    async () => toss(new Error(huge)),
    asOther("x".repeat(2_000)),
  ],
  [
    "never ends, and ignores its signal",
    async () => new Promise(() => {}),
    atOnce("timeout", "still running after its limit of 500 ms"),
  ],
])(
  "a task that %s: its submitter is told, and its log, and no neighbour is disturbed",
  async (_, run, told) => {
    const bad = defineTask({
      title: "Bad",
      description: "Misbehaves.",
      input: z.strictObject({}),
      attempts: { max: 2, backoffMs: 1 },
      timeLimitMs: 500,
      run,
    });
    const tasks = new Map([...(await loadTasks(fixtureTasks)), ["bad", bad] as const]);
    const { url, name } = await startProducer({ tasks });
    const { log, lines } = collectLog();
    await startWorker(name, { tasks, log });
    const { id: neighbour } = await submitDivision(url, { x: 6, y: 3, delayMs: 300 });
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "bad", input: {} }));
    const ends = await Promise.all([untilFinal(url, id), untilFinal(url, neighbour)]);
    expect(ends).toMatchObject([
      { status: "failed", ...told },
      { status: "succeeded", result: 2, attempts: 1 },
    ]);
    const logged = () => lines().find(({ line }) => line === "job_failed");
    expect(await until("the log to say so", logged)).toMatchObject({
      job_id: id,
      task: "bad",
      error_type: told.error_type,
      msg: `job failed: ${told.error}`,
    });
  },
);

test("a task that returns nothing succeeds, and its submitter is told null", async () => {
  const nothing = defineTask({
    title: "Nothing",
    description: "Returns nothing.",
    input: z.strictObject({}),
    timeLimitMs: 5_000,
    run: async () => undefined,
  });
  const tasks = new Map([["nothing", nothing]]);
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks });
  const body = { task: "nothing", input: {} };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, body));
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: null });
});
