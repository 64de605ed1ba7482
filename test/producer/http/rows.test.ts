import fc from "fast-check";
import { expect, test } from "vitest";
import { createArraySplitter } from "../../../src/producer/http/array-splitter.ts";
import { createLineSplitter } from "../../../src/producer/http/line-splitter.ts";
import type { RowLimits, RowSplitter } from "../../../src/producer/http/row-bytes.ts";

const limits = { maxRows: 1_000, maxBytes: 65_536 };
const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
/** Where a body is cut into parts, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

/** What could be taken for the end of a value. */
const unit = fc.constantFrom('"', "\\", "[", "]", "{", "}", ",", ":", " ", "\n", "a", "é", "😀");

type Create = (given: RowLimits) => RowSplitter;
type Rows = (readonly [row: number, text: string | undefined])[];

/** The rows of a body that comes in these parts, and what it was then refused for. */
function split(create: Create, parts: readonly Buffer[], given = limits) {
  const splitter = create(given);
  const rows: Rows = [];
  const take = (found: ReturnType<RowSplitter["end"]>) => {
    for (const { row, bytes } of found) rows.push([row, bytes?.toString()]);
  };
  try {
    for (const part of parts) take(splitter.push(part));
    take(splitter.end());
    return { rows };
  } catch (error) {
    return { rows, refusal: String(error) };
  }
}

function splitAt(body: Buffer, shares: readonly number[]): Buffer[] {
  const places = shares.map((share) => Math.round(share * body.length));
  const ends = [0, ...places.toSorted((a, b) => a - b), body.length];
  return ends.slice(1).map((end, index) => body.subarray(ends[index], end));
}

function bytesOf(body: Buffer): Buffer[] {
  return Array.from(body, (_, index) => body.subarray(index, index + 1));
}

test("lines are the same rows, wherever their body is cut", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", " ")),
    blank.map((text) => text.replaceAll("\n", "")),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 20 }),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      cuts,
      (lines, end, isEnded, shares) => {
        const body = Buffer.from(lines.join(end) + (isEnded ? end : ""));
        const ending = end === "\r\n" ? "\r" : "";
        const expected: Rows = lines.flatMap((text, index) => {
          const isLast = index === lines.length - 1 && !isEnded;
          // As it comes back from bytes, where a lone surrogate is none.
          const sent = Buffer.from(text + (isLast ? "" : ending)).toString();
          return sent.trim() === "" ? [] : [[index + 1, sent] as const];
        });
        for (const parts of [[body], bytesOf(body), splitAt(body, shares)]) {
          expect(split(createLineSplitter, parts)).toEqual({ rows: expected });
        }
      },
    ),
  );
});

test("the values of an array are the same rows, wherever its body is cut and however it is laid out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ stringUnit: unit }), { maxLength: 10 }),
      fc.array(blank, { minLength: 4, maxLength: 4 }),
      fc.constantFrom("", "\uFEFF"),
      fc.constantFrom(undefined, 2),
      cuts,
      (values, [a = "", b = "", c = "", d = ""], mark, indent, shares) => {
        const texts = values.map((value) => JSON.stringify(value, undefined, indent));
        const body = Buffer.from(
          `${mark}${a}[${texts.map((text) => b + text + c).join()}${d}]${a}`,
        );
        for (const parts of [[body], bytesOf(body), splitAt(body, shares)]) {
          const { rows, refusal } = split(createArraySplitter, parts);
          expect(refusal).toBeUndefined();
          expect(rows.map(([row, text = ""]) => [row, JSON.parse(text)])).toEqual(
            texts.map((text, index) => [index + 1, JSON.parse(text)]),
          );
        }
      },
    ),
  );
});

test("any bytes are split alike, wherever they are cut", () => {
  const byte = fc.constantFrom(...Buffer.from('[]{}",:\\ \n\r1a\uFEFF'));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), cuts, (found, shares) => {
      const body = Buffer.from(found);
      for (const create of [createLineSplitter, createArraySplitter]) {
        const whole = split(create, [body]);
        expect(split(create, bytesOf(body))).toEqual(whole);
        expect(split(create, splitAt(body, shares))).toEqual(whole);
      }
    }),
    { numRuns: 500 },
  );
});

const row = (text: string) => [text.length > 10 ? undefined : text];

test.each([
  ["lines", createLineSplitter, (texts: readonly string[]) => texts.join("\n")],
  ["an array", createArraySplitter, (texts: readonly string[]) => `[${texts.join()}]`],
])(
  "of %s, a row that is too long is told without its text, and the next is read",
  (_, create, join) => {
    const texts = ["1".repeat(10), "2".repeat(11), "3".repeat(100), "4"];
    const body = Buffer.from(join(texts));
    for (const parts of [[body], bytesOf(body)]) {
      expect(split(create, parts, { maxRows: 10, maxBytes: 10 })).toEqual({
        rows: texts.map((text, index) => [index + 1, ...row(text)]),
      });
    }
  },
);

test.each([
  ["lines", createLineSplitter, (texts: readonly string[]) => texts.join("\n")],
  ["an array", createArraySplitter, (texts: readonly string[]) => `[${texts.join()}]`],
])("of %s, a thousand rows are read, and the body is refused at the next", (_, create, join) => {
  const read = (count: number) => {
    const { rows, refusal } = split(create, [Buffer.from(join(Array<string>(count).fill("{}")))]);
    return [rows.length, refusal];
  };
  expect(read(1_000)).toEqual([1_000, undefined]);
  expect(read(1_001)).toEqual([1_000, "RequestError: expected at most 1000 rows"]);
});

function countLines(body: string) {
  const { rows, refusal } = split(createLineSplitter, [Buffer.from(body)]);
  return [rows.length, rows.at(-1)?.[0], refusal];
}

test("as many blank lines as rows are passed over, and no more", () => {
  expect(countLines("\n{}\n".repeat(1_000))).toEqual([1_000, 2_000, undefined]);
  expect(countLines("\n".repeat(2_001))).toEqual([
    0,
    undefined,
    "RequestError: expected at most 1000 rows",
  ]);
});

test.each([
  ["nothing", "", "the body is no JSON array"],
  ["an object", "{}", "the body is no JSON array"],
  ["half a byte order mark", Buffer.from([0xef, 0x5b, 0x5d]), "the body is no JSON array"],
  ["no end", "[1,", "the JSON array has no end"],
  ["no end within a text", '[1,"]', "the JSON array has no end"],
  ["something after its end", "[1] 2", "something follows the JSON array"],
])("an array with %s is refused", (_, body, detail) => {
  expect(split(createArraySplitter, [Buffer.from(body)]).refusal).toBe(`RequestError: ${detail}`);
});
