import { expect, test } from "vitest";
import { z } from "zod";
import { createInput, vary } from "../../../src/local/demo/inputs.ts";
import { createSubmissions } from "../../../src/local/demo/submissions.ts";
import { createInputSchema } from "../../../src/task/input-schema.ts";
import { loadTasks } from "../../../src/task/registry.ts";
import { defineTask } from "../../../src/task/task.ts";
import { fixtureTasks } from "../../support/fixture-tasks.ts";

const schemaOf = (input: z.ZodObject) => {
  const task = { title: "", description: "", timeLimitMs: 1, run: async () => undefined };
  return { ...createInputSchema(defineTask({ ...task, input })) };
};
const offer = (name: string, input: z.ZodObject) => ({
  name,
  schema: schemaOf(input),
  examples: [],
});

test("the fixture's examples are sent in turn, the ones that succeed with other numbers", async () => {
  const quotient = (await loadTasks(fixtureTasks)).get("quotient");
  if (quotient === undefined) throw new Error("there is no such fixture");
  const examples = (quotient.examples ?? []).map(({ input, ...outcome }) => ({ input, outcome }));
  const next = createSubmissions([{ ...offer("quotient", quotient.input), examples }]);
  const kinds = ["success", "failure", "success", "failure", "failure", "success"] as const;
  const inputs = kinds.map((kind) => next(kind).input);
  expect(inputs).toEqual([
    { x: 10, y: 2, delayMs: 100 },
    { x: 10, y: 0, delayMs: 0 },
    { x: 40, y: 16, delayMs: 4_000 },
    { x: 1e308, y: 1e-10, delayMs: 0 },
    { x: 10, y: 0, delayMs: 0 },
    { x: 80, y: 80, delayMs: 200 },
  ]);
  expect(inputs.filter((input) => !quotient.input.safeParse(input).success)).toEqual([]);
  expect(quotient.input.safeParse(next("invalid").input).success).toBe(false);
});

test("a task without examples gets an input by its schema, and is taken for what succeeds and fails", () => {
  const shout = offer("shout", z.strictObject({ text: z.string().min(6) }));
  const next = createSubmissions([shout]);
  const submission = { task: "shout", input: { text: "demooo" } };
  expect([next("success"), next("failure")]).toEqual([submission, submission]);
});

test("says so if there is nothing to submit", () => {
  const odd = offer("odd", z.strictObject({ code: z.string().regex(/^[A-Z]{3}-\d$/) }));
  expect(() => createSubmissions([odd])).toThrow(
    'there is nothing to submit: expected an example, or a schema to make an input from, of "odd"',
  );
});

test("an input that is made up fits its schema, however it looks", () => {
  const input = z.strictObject({
    whole: z.int().min(3),
    bounded: z.number().max(-2.5),
    exact: z.literal("so"),
    word: z.enum(["a", "b"]),
    mail: z.email(),
    at: z.iso.datetime(),
    site: z.url(),
    id: z.uuid(),
    flag: z.boolean(),
    none: z.null(),
    either: z.union([z.string().max(2), z.number()]),
    list: z.array(z.strictObject({ n: z.number() })).min(2),
    optional: z.string().optional(),
    shown: z.number().meta({ examples: [7] }),
  });
  const made = createInput(schemaOf(input));
  expect(made).toMatchObject({ whole: 3, bounded: -2.5, list: [{ n: 1 }, { n: 1 }], shown: 7 });
  expect(input.safeParse(made).error?.issues ?? []).toEqual([]);
  expect(made).not.toHaveProperty("optional");
});

test("numbers change as far as the schema takes them", () => {
  const schema = schemaOf(
    z.strictObject({ small: z.int().max(5), large: z.number(), text: z.string() }),
  );
  const input = { small: 2, large: 2, text: "a" };
  expect(vary(input, schema, 0)).toBe(input);
  expect([1, 3].map((round) => vary(input, schema, round))).toEqual([
    { small: 2, large: 16, text: "a" },
    { small: 2, large: 4, text: "a" },
  ]);
});
