import { expect, test } from "vitest";
import { type CsvRow, openCsv } from "../../../src/producer/batches/csv-file.ts";

/** Each byte by itself where there are few: rows, quotes and characters are torn everywhere. */
async function* tear(file: Buffer) {
  const length = file.length < 1_000 ? 1 : 1_000;
  for (let i = 0; i < file.length; i += length) yield file.subarray(i, i + length);
}

async function readCsv(file: string | Buffer, names = ["x", "y"]) {
  const { rows, ...read } = await openCsv(tear(Buffer.from(file)), new Set(names));
  const all: CsvRow[] = [];
  for await (const row of rows) all.push(row);
  return { ...read, rows: all };
}

test("rows have their numbers and cells, whatever is quoted in them", async () => {
  const file = 'x,y\r\n1,"a ""b"", c\r\nd"\r\n\r\n,\r\nü,😀\r\n7,8,9';
  expect(await readCsv(file)).toEqual({
    style: { delimiter: ",", bom: false },
    header: ["x", "y"],
    rows: [
      { row: 2, cells: ["1", 'a "b", c\r\nd'] },
      { row: 5, cells: ["ü", "😀"] },
      { row: 6, cells: ["7", "8", "9"] },
    ],
  });
});

test.each([
  ["x;y\n1,5;2", ";", ["1,5", "2"]],
  ["x\ty\n1;5\t2", "\t", ["1;5", "2"]],
  ['"x";"y"\n1,5;2', ";", ["1,5", "2"]],
  ["x\n1;2,3", ",", ["1;2", "3"]],
  ["other;one,x,y\n1,2,3", ",", ["1", "2", "3"]],
] as const)(
  "cells of %j are separated as its first line has them",
  async (file, delimiter, row) => {
    const { style, rows } = await readCsv(file);
    expect([style.delimiter, rows[0]?.cells]).toEqual([delimiter, row]);
  },
);

test("a byte order mark is no part of the first name, and is remembered", async () => {
  expect(await readCsv("\uFEFFx,y\n1,2")).toMatchObject({
    style: { bom: true },
    header: ["x", "y"],
  });
});

test.each([
  ["", "the file is empty, expected a row with the names of its columns first"],
  ["\n\n", "the file is empty"],
  ['x,y\n1,a"b', "a quote in the wrong place at or before line 2"],
  ['x,y\n1,"a"b', "a quote in the wrong place at or before line 2"],
  ['x,y\n1,"2\n', "a quote that opens at or before line 2 is closed nowhere"],
  [
    `x,y\n1,${"z".repeat(70_000)}`,
    "a row at or before line 2 is too long, expected at most 65536 characters",
  ],
  ["x,y\n".concat("\n".repeat(20_000)), "the file goes on after 10000 rows, expected fewer"],
  ["z".repeat(70_000), "a row at or before line 1 is too long"],
  [Buffer.from("x,y\n\xfc,1", "latin1"), 'the file is no text in UTF-8: save it as "CSV UTF-8"'],
  [Buffer.from("x,y\n1,2", "utf16le"), 'the file is no text in UTF-8: save it as "CSV UTF-8"'],
  [Buffer.from("\uFEFFx,y\n1,2", "utf16le"), "the file is no text in UTF-8"],
  ["x,y\n1,a\0b", "the file is no text in UTF-8"],
])("what cannot be read is told with what was expected (%#)", async (file, message) => {
  await expect(readCsv(file)).rejects.toThrow(message);
});
