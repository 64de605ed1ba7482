import { expect, test } from "vitest";
import { z } from "zod";
import { paths } from "../../../src/contract/paths.ts";
import { defineTask } from "../../../src/task/task.ts";
import { postJson } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { collectLog, createTestTelemetry } from "../../support/telemetry.ts";
import { startWorker } from "../../support/worker.ts";
import { createBlockReport } from "../../../src/worker/blocking/block-report.ts";

const greedy = defineTask({
  title: "Greedy",
  description: "Blocks the event loop.",
  input: z.strictObject({}),
  timeLimitMs: 10_000,
  async run() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_300);
  },
});

test("names the task that blocked a worker on the overview and in the metrics", async () => {
  const tasks = new Map([["greedy", greedy]]);
  const { url, name } = await startProducer({ tasks });
  const { registry } = await startWorker(name, { tasks });
  const overview = async () => (await fetch(`${url}${paths.overview}`)).text();
  expect(await overview()).not.toContain("blocked");
  const told = "a worker&#39;s event loop was blocked by: greedy.";
  const names = async () => (await overview()).includes(told);
  // Where processors are busy, the guard may not run enough to tell a block from a stopped process.
  await until("the overview to name the task", async () => {
    await postJson(`${url}${paths.api}`, { task: "greedy", input: {} });
    return until("the block to be told", names, 3_000).catch(() => false);
  });
  const blocked = /^taskqueue_task_blocked_seconds_total\{.*task="greedy".*\} (?<seconds>.*)$/m;
  const { seconds } = blocked.exec(await registry.metrics())?.groups ?? {};
  // A second is the least that is told as a block.
  expect(Number(seconds)).toBeGreaterThanOrEqual(1);
});

test("notes the same choice of tasks alike, whichever of them began first", () => {
  const { metrics } = createTestTelemetry("worker", new Map());
  const noted: string[] = [];
  const note = async (_: string, culprit: string) => void noted.push(culprit);
  const report = createBlockReport({
    metrics,
    queueOf: () => "default",
    note,
    log: collectLog().log,
  });
  for (const running of [
    ["plain", "divide"],
    ["divide", "plain"],
    ["plain", "greedy", "divide"],
  ]) {
    report({ ms: 1_000, task: undefined, running });
  }
  report({ ms: 1_000, task: "plain", running: ["plain", "divide"] });

  expect(noted).toEqual([
    "one of divide and plain",
    "one of divide and plain",
    "one of divide, greedy and plain",
    "plain",
  ]);
});
