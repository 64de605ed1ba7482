import { expect, test } from "vitest";
import { z } from "zod";
import { namesOf, readColumns } from "../../../src/producer/batches/csv-columns.ts";
import { createRowReader } from "../../../src/producer/batches/csv-input.ts";
import { RequestError } from "../../../src/producer/http/errors.ts";
import { createFields } from "../../../src/producer/pages/fields.ts";
import { defineTask } from "../../../src/task/task.ts";

const task = defineTask({
  title: "Any",
  description: "Does nothing.",
  input: z.strictObject({
    x: z.number().max(100).meta({ title: "First number" }),
    text: z.string().optional(),
    flag: z.boolean().default(true),
    word: z.enum(["a", "b"]).default("b"),
    list: z.array(z.number()).default([]),
  }),
  timeLimitMs: 1_000,
  run: () => Promise.resolve(),
});
const fields = createFields(task);

function read(header: readonly string[], ...cells: readonly string[]) {
  return createRowReader(task, fields, readColumns(header, fields))(cells);
}

function refuse(): never {
  throw new TypeError("no text");
}

function problemsOf(header: readonly string[]): unknown {
  try {
    return readColumns(header, fields);
  } catch (error) {
    return error instanceof RequestError ? error.errors.map(({ detail }) => detail) : error;
  }
}

test("a row is the input that the form makes of the same texts, in whatever order its columns are", () => {
  const header = ["list", "word", " First number ", "flag", "text"];
  expect(read(header, "[1, 2]", "a", " 7 ", "TRUE", "=1+1")).toEqual({
    input: { list: [1, 2], word: "a", x: 7, flag: true, text: "=1+1" },
    whole: { list: [1, 2], word: "a", x: 7, flag: true, text: "=1+1" },
    errors: [],
  });
});

test("an empty cell is left out, and a box that is empty is not ticked", () => {
  expect(read(["x", "text", "flag", "word"], "1e2", "", "", "")).toEqual({
    input: { x: 100, flag: false },
    whole: { x: 100, flag: false, word: "b", list: [] },
    errors: [],
  });
  expect(read(["x", "flag"], "1", "No").input).toEqual({ x: 1, flag: false });
});

test("what a cell is no value for is told in the form's words, with its field", () => {
  expect(read(["x", "word", "list"], "1,5", "c", "[true]").errors).toEqual([
    { field: "x", detail: "Enter a number, 100 or less." },
    { field: "word", detail: "Choose one of what there is to choose from." },
    { field: "list", detail: "Enter a number." },
  ]);
  expect(read(["x"], "").errors).toEqual([{ field: "x", detail: "Enter a number, 100 or less." }]);
});

test("a number that would not come back as it was sent is refused with its field", () => {
  expect(read(["x"], "-9007199254740993").errors).toEqual([
    { field: "x", detail: expect.stringContaining("would come back as -9007199254740992") },
  ]);
});

test("a row that a submission by itself would be refused for is told as such", () => {
  const columns = readColumns(["x", "text"], fields);
  expect(createRowReader(task, fields, columns)(["1", "ä".repeat(40_000)]).errors).toEqual([
    { field: "", detail: "the row takes 80030 bytes as JSON, expected at most 65536" },
  ]);
  expect(createRowReader({ ...task, unique: refuse }, fields, columns)(["1", ""]).errors).toEqual([
    {
      field: "",
      detail: "the task is at fault, no row like this one can be submitted: no text",
    },
  ]);
});

test("a row of too many or too few cells is refused as a whole", () => {
  expect(read(["x", "text"], "1").errors).toEqual([
    { field: "", detail: "got 1 cells, expected 2" },
  ]);
  expect(read(["x"], "1", "2").errors).toEqual([{ field: "", detail: "got 2 cells, expected 1" }]);
});

test("a box is neither ticked nor left empty by any other word", () => {
  expect(read(["x", "flag"], "1", "maybe").errors).toEqual([
    { field: "flag", detail: 'got "maybe", expected true or false' },
  ]);
});

test("columns may be called as the API or as the form names their fields", () => {
  expect([...namesOf(fields)]).toEqual(["x", "First number", "text", "flag", "word", "list"]);
});

test("columns that are unknown, repeated or missing are all told, with what was expected", () => {
  const expected = "the columns may be x, and if wanted text, flag, word, list";
  expect(problemsOf(["text", "y", "text"])).toEqual([
    'there is no field "y"',
    'the column "text" is there twice',
    'the column "x" is missing',
    expected,
  ]);
  expect(problemsOf(["x", "First number"])).toEqual(['the column "x" is there twice', expected]);
  expect(problemsOf(["x", ...Array<string>(30_000).fill("?")])).toEqual([
    ...Array<string>(10).fill('there is no field "?"'),
    expected,
  ]);
});
