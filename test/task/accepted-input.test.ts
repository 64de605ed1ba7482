import { expect, test } from "vitest";
import { z } from "zod";
import { acceptInput } from "../../src/task/accepted-input.ts";
import { defineTask } from "../../src/task/task.ts";

/** A task whose schema is at fault with some values only, which samples need not find. */
const task = defineTask({
  title: "Moody",
  description: "Is fine most of the time.",
  input: z.strictObject({
    first: z.number().default(-0),
    second: z.string().overwrite((text) => (text.startsWith("grow") ? `${text}!` : text)),
    third: z.string().refine((text) => (text === "later" ? Promise.resolve(true) : true)),
    fourth: z.string().refine((text) => text !== "throw" || JSON.parse(text)),
  }),
  timeLimitMs: 1_000,
  run: async () => undefined,
});
const input = { second: "a", third: "b", fourth: "c" };

test("an input is taken as Redis gives it back", () => {
  expect(acceptInput(task, input)).toEqual({ kind: "taken", value: { first: 0, ...input } });
});

test("an input that does not fit is refused", () => {
  expect(acceptInput(task, { ...input, second: 5, more: 1 })).toMatchObject({
    kind: "refused",
    error: { issues: [{ path: ["second"] }, { code: "unrecognized_keys" }] },
  });
});

test.each([
  [{ second: "grow" }, 'its input "second" changes what it has returned when it is applied again'],
  [{ third: "later" }, 'its input "third" has a check that returns a promise'],
  [{ fourth: "throw" }, 'its input "fourth" throws "SyntaxError'],
])("an input of %j shows that the schema is at fault, and where", (part, problem) => {
  expect(acceptInput(task, { ...input, ...part })).toEqual({
    kind: "broken",
    problem: expect.stringContaining(problem),
  });
});
