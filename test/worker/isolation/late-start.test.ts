import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { loadTasks } from "../../../src/task/registry.ts";
import { classifyFailure } from "../../../src/task/failure.ts";
import { runTask } from "../../../src/task/run-task.ts";
import { openChildren } from "../../../src/worker/isolation/children.ts";
import { isolateTasks } from "../../../src/worker/isolation/isolated-tasks.ts";
import { attemptWith } from "../../support/job.ts";
import { descendantsOf } from "../../support/process-tree.ts";
import { until } from "../../support/until.ts";

/** Tasks that a process of their own loads slowly, or never. */
const lateTasks = new URL("../../support/late-tasks/", import.meta.url);

async function openTasks(options: { startMs?: number } = {}) {
  const children = openChildren({
    max: 1,
    env: { PATH: process.env["PATH"] },
    deathSignal: [],
    delegatedGroup: undefined,
    log: pino({ level: "silent" }),
    ...options,
  });
  onTestFinished(() => children.close());
  const tasks = isolateTasks(await loadTasks(lateTasks), children, lateTasks);
  return async (name: string, input: unknown, signal = new AbortController().signal) => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`no task "${name}"`);
    return runTask(task, task.input.parse(input), attemptWith(signal));
  };
}

const processesOf = (file: string) =>
  descendantsOf(process.pid).filter(({ command }) => command.includes(file));

test("an isolated task's time begins once its process has it loaded, and ends at its limit", async () => {
  const run = await openTasks();
  expect(await run("slow", { ms: 1 })).toBe(1);
  await expect(run("slow", { ms: 60_000 })).rejects.toMatchObject({ name: "TimeLimitError" });
});

test("a process that never has its task loaded is killed, and its job has crashed", async () => {
  const run = await openTasks({ startMs: 2_000 });
  const error: unknown = await run("stuck", {}).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toEqual({
    failureClass: "crashed",
    reason: expect.stringMatching(
      /^the task's process \d+ did not start and load its task within 2000 ms, and was killed$/,
    ),
    retryable: true,
  });
  await until("it to end", () => processesOf("stuck.ts").length === 0);
});

test("a worker that stops does not wait for a process that starts", async () => {
  const run = await openTasks();
  const stop = new AbortController();
  const work = run("stuck", {}, stop.signal);
  await until("it to start", () => processesOf("stuck.ts").length === 1);
  stop.abort(new Error("the worker stops"));
  await expect(work).rejects.toThrow("the worker stops");
});
