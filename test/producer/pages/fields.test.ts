import { expect, test } from "vitest";
import { z } from "zod";
import { createFields, parseFields } from "../../../src/producer/pages/fields.ts";
import { defineTask, type Example } from "../../../src/task/task.ts";

function createTask(input: z.ZodObject, examples: Example[] = []) {
  return defineTask({
    title: "Any",
    examples,
    description: "Does nothing.",
    input,
    timeLimitMs: 1_000,
    run: () => Promise.resolve(),
  });
}

test("each kind of schema gets a control that fits it", () => {
  const fields = createFields(
    createTask(
      z.strictObject({
        whole: z.int().min(1).max(9),
        any: z.number().optional(),
        text: z.string().default("ho").meta({ title: "Text", description: "What to say." }),
        flag: z.boolean().default(true),
        word: z.enum(["a", "b"]).default("b"),
        list: z.array(z.string()).default([]),
        either: z.union([z.string(), z.number()]),
        none: z.number().nullable().default(null),
      }),
    ),
  );

  expect(
    fields.map(({ name, label, hint, kind, value, required }) => [
      name,
      label,
      hint,
      kind,
      value,
      required,
    ]),
  ).toEqual([
    ["whole", "whole", "", "number", "", true],
    ["any", "any", "", "number", "", false],
    ["text", "Text", "What to say.", "text", "ho", false],
    ["flag", "flag", "", "checkbox", "true", false],
    ["word", "word", "", "choice", "b", false],
    ["list", "list", "", "json", "[]", false],
    ["either", "either", "", "json", "", true],
    ["none", "none", "", "json", "", false],
  ]);
  expect(fields.map(({ min, max, whole }) => [min, max, whole])[0]).toEqual([1, 9, true]);
});

test("a choice among numbers gives a number", () => {
  const input = z.strictObject({ size: z.literal([1, 2, 4]) });
  const fields = createFields(createTask(input));

  expect(fields.map(({ kind, choices }) => [kind, [...choices.keys()]])).toEqual([
    ["choice", ["1", "2", "4"]],
  ]);
  expect(input.parse(parseFields(fields, new Map([["size", "4"]])))).toEqual({ size: 4 });
});

test.each([
  ["a number that is none stays text", { n: "0x10" }, { n: "0x10" }],
  ["a number with spaces around it is a number", { n: " 1e3 " }, { n: 1_000 }],
  ["an empty field is left out", { n: "", s: "", word: "", list: " " }, {}],
  ["spaces in a text are kept", { s: " " }, { s: " " }],
  ["a choice that is none stays text, for the schema to refuse", { word: "c" }, { word: "c" }],
  ["a list is read as JSON", { list: '["a"]' }, { list: ["a"] }],
  ["a list that is no JSON stays text", { list: "[" }, { list: "[" }],
  ["a field that the task does not have stays, for the schema to refuse", { z: "1" }, { z: "1" }],
])("%s", (_, form, expected) => {
  const fields = createFields(
    createTask(
      z.strictObject({
        n: z.number().optional(),
        s: z.string().optional(),
        word: z.enum(["a", "b"]).optional(),
        list: z.array(z.string()).optional(),
      }),
    ),
  );

  expect(parseFields(fields, new Map(Object.entries(form)))).toEqual(expected);
});

test("a box that is not ticked is false, as a browser does not send it", () => {
  const fields = createFields(createTask(z.strictObject({ flag: z.boolean().default(true) })));

  expect([parseFields(fields, new Map()), parseFields(fields, new Map([["flag", "on"]]))]).toEqual([
    { flag: false },
    { flag: true },
  ]);
});

test("a control shows its field's default, or the field's example, or the one of the task", () => {
  const field = z.number().meta({ examples: [2] });
  const task = createTask(
    z.strictObject({
      both: field.default(1),
      nothing: z.number().nullable().default(null),
      field,
      task: z.number(),
      absent: z.number().optional(),
    }),
    [
      { input: { both: 3, nothing: 3, field: 3, task: 3 }, result: undefined },
      { input: { field: 4, task: 4, absent: 4 }, result: undefined },
    ],
  );
  expect(createFields(task).map(({ name, value }) => [name, value])).toEqual([
    ["both", "1"],
    ["nothing", ""],
    ["field", "2"],
    ["task", "3"],
    ["absent", ""],
  ]);
});
