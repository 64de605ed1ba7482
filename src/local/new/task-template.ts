/** A task that works as it is, under this title. */
export function createTaskSource(title: string): string {
  return `import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: ${JSON.stringify(title)},
  description: "Puts a text into capital letters.",
  // The form, the API and its document follow from it.
  input: z.strictObject({
    text: z.string().trim().min(1).max(200).meta({ title: "Text" }),
  }),
  // The first one fills the form; tests, the demo and the smoke test run all of them.
  examples: [{ input: { text: "hello" }, result: "HELLO" }],
  timeLimitMs: 10_000,

  // It may run again after a crash. Longer work takes a second parameter, job: it has to stop when
  // job.signal aborts, and may tell job.progress(fraction) and job.log.info(message).
  async run({ text }) {
    return text.toUpperCase();
  },
});
`;
}

/** The test of that task, in `test/tasks/`. */
export function createTestSource(name: string): string {
  return `import { expect, test } from "vitest";
import { testTask, testTaskExamples } from "#task/testing";
import task from "../../src/tasks/${name}.ts";

test("every example ends as it says, stops when told to, and may run twice", async () => {
  expect(await testTaskExamples(task)).toEqual([]);
});

test("takes no empty text", async () => {
  expect(await testTask(task, { text: "" })).toMatchObject({
    refused: expect.stringContaining("at text"),
  });
});
`;
}
