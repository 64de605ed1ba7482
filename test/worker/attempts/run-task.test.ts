import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../../src/task/task.ts";
import { runTask } from "../../../src/worker/attempts/run-task.ts";

const calm = new AbortController().signal;

function taskThat(run: (signal: AbortSignal) => Promise<unknown>, timeLimitMs = 5_000) {
  return defineTask({
    title: "Test",
    description: "",
    input: z.strictObject({}),
    timeLimitMs,
    run: (_, signal) => run(signal),
  });
}

test("ends a task at its time limit, even one that ignores its signal", async () => {
  const deaf = taskThat(() => new Promise(() => {}), 20);
  await expect(runTask(deaf, {}, calm)).rejects.toMatchObject({ name: "TimeLimitError" });
});

test("reports the time limit, not the abort error that a well-behaved task throws", async () => {
  const polite = taskThat((signal) => sleep(5_000, undefined, { signal }), 20);
  await expect(runTask(polite, {}, calm)).rejects.toMatchObject({ name: "TimeLimitError" });
});

test("ends a task when the worker stops", async () => {
  const stop = new AbortController();
  const work = runTask(
    taskThat(() => new Promise(() => {})),
    {},
    stop.signal,
  );
  stop.abort(new Error("the worker stops"));
  await expect(work).rejects.toThrow("the worker stops");
});

test.each([
  [{ rows: [{ ratio: Number.NaN }] }, 'the result at "ratio" is NaN'],
  [-Infinity, "the result is -Infinity"],
  ["x".repeat(70_000), "the result is larger than 65536 bytes"],
])("rejects a result that Redis would not give back, %#", async (result, message) => {
  const task = taskThat(async () => result);
  await expect(runTask(task, {}, calm)).rejects.toMatchObject({
    failureClass: "overflow",
    message,
  });
});
