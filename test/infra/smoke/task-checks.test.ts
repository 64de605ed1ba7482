import { expect, test } from "vitest";
import { createDeployment } from "../../../infra/smoke/deployment.ts";
import { readOfferedTasks } from "../../../infra/smoke/offered-tasks.ts";
import { createTaskChecks } from "../../../infra/smoke/task-checks.ts";
import type { Tasks } from "../../../src/task/registry.ts";
import type { Task } from "../../../src/task/task.ts";
import { startProducer } from "../../support/producer.ts";
import { loadTwoTasks } from "../../support/second-task.ts";
import { startWorker } from "../../support/worker.ts";

/** Each promise about the tasks, with what is said of it; the worker may have others than the producer. */
async function checkTasks(tasks: Tasks, worked: Tasks = tasks): Promise<string[][]> {
  const { url, name } = await startProducer({ tasks });
  await startWorker(name, { tasks: worked });
  const deployment = createDeployment(new URL(url));
  const checks = createTaskChecks(deployment, await deployment.readTasks());
  return Promise.all(checks.map(async (check) => [check.promise, (await check.run()) ?? "ok"]));
}

test("every example of a deployment's tasks is run, and a task without one is listed", async () => {
  expect(await checkTasks(await loadTwoTasks())).toEqual([
    ['quotient {"x":10,"y":2,"delayMs":100} gives 5', "ok"],
    ['quotient {"x":10,"y":0,"delayMs":0} fails as division_by_zero', "ok"],
    ['quotient {"x":1e+308,"y":1e-10,"delayMs":0} fails as overflow', "ok"],
    ['the task "repeat" is there, without an example that could be run', "ok"],
  ]);
});

test("a job that does not end as its example says is told", async () => {
  const tasks = await loadTwoTasks();
  const repeat = tasks.get("repeat");
  if (repeat === undefined) throw new Error("there is no such fixture");
  const input = { text: "ho", times: 1 };
  const examples: Task["examples"] = [
    { input, result: "ho" },
    { input, result: "hi" },
    { input, failure: "overflow" },
  ];
  expect(await checkTasks(new Map([["repeat", { ...repeat, examples }]]))).toEqual([
    ['repeat {"text":"ho","times":1} gives "ho"', "ok"],
    ['repeat {"text":"ho","times":1} gives "hi"', expect.stringContaining('"result":"ho"')],
    ['repeat {"text":"ho","times":1} fails as overflow', expect.stringContaining('is "succeeded"')],
  ]);
});

test("a document that is not ours offers nothing", () => {
  expect(() => readOfferedTasks({ openapi: "3.1.0", paths: {} })).toThrow(
    'at "paths /api/v1/jobs": Invalid input: expected object, received undefined',
  );
});
