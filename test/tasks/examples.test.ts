import { expect, test } from "vitest";
import { loadTasks } from "../../src/task/registry.ts";
import type { Task } from "../../src/task/task.ts";
import { classifyFailure } from "../../src/task/failure.ts";
import { runTask } from "../../src/task/run-task.ts";
import { fixtureTasks } from "../support/fixture-tasks.ts";

/** How a job with this input ends. */
async function outcomeOf(task: Task, input: unknown): Promise<object> {
  try {
    return { result: await runTask(task, task.input.parse(input), new AbortController().signal) };
  } catch (error) {
    return { failure: classifyFailure(error).failureClass };
  }
}

async function problemsOf(task: Task): Promise<unknown[]> {
  const problems = [];
  for (const { input, ...expected } of task.examples ?? []) {
    const actual = await outcomeOf(task, input);
    if (JSON.stringify(actual) !== JSON.stringify(expected)) problems.push({ input, actual });
  }
  return problems;
}

test.each([...(await loadTasks())])("every example of %s ends as it says", async (_, task) => {
  expect(await problemsOf(task)).toEqual([]);
});

test("an example that does not end as it says is noticed", async () => {
  const quotient = (await loadTasks(fixtureTasks)).get("quotient");
  if (quotient === undefined) throw new Error("there is no such fixture");
  const examples = [
    { input: { x: 1, y: 2, delayMs: 0 }, result: 0.5 },
    { input: { x: 4, y: 2, delayMs: 0 }, result: 3 },
    { input: { x: 1, y: 0, delayMs: 0 }, failure: "overflow" as const },
  ];
  expect(await problemsOf({ ...quotient, examples })).toEqual([
    { input: examples[1]?.input, actual: { result: 2 } },
    { input: examples[2]?.input, actual: { failure: "division_by_zero" } },
  ]);
});
