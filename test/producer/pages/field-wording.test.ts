import { expect, test } from "vitest";
import { z } from "zod";
import { createWording } from "../../../src/producer/pages/field-wording.ts";
import { createFields } from "../../../src/producer/pages/fields.ts";
import { defineTask } from "../../../src/task/task.ts";

const cases: readonly [string, z.ZodType, unknown, string][] = [
  ["a number beyond", z.int().min(0).max(60_000), 90_000, "Enter a whole number from 0 to 60000."],
  ["a fraction", z.int(), 1.5, "Enter a whole number."],
  ["a text for a number", z.number().min(1), "two", "Enter a number, 1 or more."],
  ["nothing", z.number().max(9), undefined, "Enter a number, 9 or less."],
  ["a bound itself", z.number().gt(0), 0, "Enter a number above 0."],
  ["a bound from above", z.number().lt(5), 5, "Enter a number below 5."],
  ["a number in a list", z.array(z.number().min(3)), [1], "Enter a number, 3 or more."],
  ["a large one in a list", z.array(z.number().max(3)), [4], "Enter a number, 3 or less."],
  ["a long text", z.string().max(3), "four", "Enter at most 3 characters."],
  ["a short text", z.string().min(1), "", "Enter at least 1 character."],
  ["a missing text", z.string(), undefined, "Enter a text."],
  ["no email address", z.email(), "ann", "Enter an email address, such as ann@example.org."],
  ["a pattern", z.string().regex(/^a+$/), "b", "Enter a text of the form that is asked for."],
  ["another word", z.enum(["a", "b"]), "c", "Choose one of what there is to choose from."],
  [
    "another word in a list",
    z.array(z.enum(["a", "b"])),
    ["c"],
    "Choose one of what there is to choose from.",
  ],
  ["not the only one", z.array(z.literal("a")), ["b"], 'Enter "a".'],
  ["a box", z.boolean(), "on", "Tick the box, or leave it empty."],
  ["a step between", z.number().multipleOf(5), 7, "Enter a multiple of 5."],
  ["a long list", z.array(z.string()).max(1), ["a", "b"], "Enter at most 1 item."],
  ["a list's part", z.array(z.int()), ["a"], "Enter a number."],
  ["no list", z.array(z.string()), "[", "Enter a list, such as [1, 2]."],
  ["a missing list", z.array(z.string()), undefined, "Enter a value, as JSON."],
  ["a missing part", z.object({ a: z.string() }), {}, "Enter a text."],
  ["a part too many", z.strictObject({}), { a: 1 }, 'There is no field "a": leave it out.'],
  ["neither", z.union([z.boolean(), z.int()]), "a", "Enter another value."],
  ["what the author refuses", z.string().refine(() => false, "Not this one"), "a", "Not this one"],
  ["what is refused", z.string().refine(() => false), "a", "Enter another value."],
];

test.each(cases)("of %s a form says what to enter", (_, schema, value, told) => {
  const input = z.strictObject({ value: schema });
  const task = defineTask({
    title: "Any",
    description: "Does nothing.",
    input,
    timeLimitMs: 1_000,
    run: () => Promise.resolve(),
  });
  const { error } = input.safeParse({ value }, { error: createWording(createFields(task)) });
  expect(error?.issues.map(({ message }) => message)).toEqual([told]);
});
