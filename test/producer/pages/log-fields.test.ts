import fc from "fast-check";
import { expect, test } from "vitest";
import { splitFields } from "../../../src/producer/pages/log-fields.ts";

test.each([
  ["counted", "counted", []],
  [
    'counted {"rows":3,"unit":"ms"}',
    "counted",
    [
      ["rows", "3"],
      ["unit", "ms"],
    ],
  ],
  ['{"rows":3}', "", [["rows", "3"]]],
  ['a {b} c {"d":{"e":[1,null]}}', "a {b} c", [["d", '{"e":[1,null]}']]],
  ["a {b}", "a {b}", []],
  ['cut {"rows":3,"un…', 'cut {"rows":3,"un…', []],
  ['glued{"rows":3}', 'glued{"rows":3}', []],
])("the line %j reads %j, and has the fields %j", (line, words, fields) => {
  expect(splitFields(line)).toEqual({ words, fields });
});

test("whatever fields a task gives along are those that are told", () => {
  fc.assert(
    fc.property(
      fc.string().map((text) => text.replaceAll("{", "")),
      fc.dictionary(
        fc.string().filter((name) => name !== "__proto__"),
        fc.string(),
        { minKeys: 1 },
      ),
      (words, fields) => {
        expect(splitFields(`${words} ${JSON.stringify(fields)}`)).toEqual({
          words: words.trimEnd(),
          fields: Object.entries(fields),
        });
      },
    ),
  );
});

test("a line full of beginnings takes no longer than another", () => {
  const begin = performance.now();
  for (let line = 0; line < 200; line += 1) splitFields(`${" {".repeat(990)}}`);
  expect(performance.now() - begin).toBeLessThan(1_000);
});
