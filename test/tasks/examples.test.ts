import { expect, test } from "vitest";
import { testTaskExamples } from "#task/testing";
import { loadTasks } from "../../src/task/registry.ts";

test.each([...(await loadTasks())])("every example of %s ends as it says", async (_, task) => {
  expect(await testTaskExamples(task)).toEqual([]);
});
