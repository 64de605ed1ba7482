import { expect, test } from "vitest";
import { openCsv } from "../../../src/producer/batches/csv-file.ts";
import { type Cell, writeCsvRow } from "../../../src/producer/batches/csv-text.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["-1+1", "'-1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", '"\'\t=1"'],
  ["\r=1", '"\'\r=1"'],
  ["\uFF1D1+1", "'\uFF1D1+1"],
  ['=HYPERLINK("http://evil.example")', '"\'=HYPERLINK(""http://evil.example"")"'],
  ["a=1", "a=1"],
  ["-", "'-"],
])("a text that a spreadsheet would run, such as %j, is written as a text", (text, written) => {
  expect(writeCsvRow([text], ",")).toBe(`${written}\r\n`);
});

test.each<[Cell, string]>([
  [-3, "-3"],
  [1.5e-7, "1.5e-7"],
  ["-3", "-3"],
  ["+1.5", "+1.5"],
  ["-.5e+10", "-.5e+10"],
  [true, "true"],
  [undefined, ""],
])("a number stays one, as %j", (cell, written) => {
  expect(writeCsvRow([cell], ",")).toBe(`${written}\r\n`);
});

test.each([",", ";", "\t"] as const)(
  "cells between %j come back as they were, whatever is in them",
  async (delimiter) => {
    const cells = ["", "a,b", "a;b", "a\tb", 'a "b"', "two\nlines", "two\r\nlines", " a ", "ü😀"];
    const names = cells.map((_, i) => `n${i}`);
    const file = `${writeCsvRow(names, delimiter)}${writeCsvRow(cells, delimiter)}`;
    const { rows } = await openCsv(toBytes(file), new Set(names));
    expect((await rows.next()).value).toEqual({ row: 2, cells });
  },
);

async function* toBytes(text: string) {
  yield Buffer.from(text);
}
