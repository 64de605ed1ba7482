import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, test } from "vitest";
import { onLine } from "../../src/service/lines.ts";

async function linesOf(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  return wantedLinesOf(() => true, ...chunks);
}

async function wantedLinesOf(
  isWanted: (piece: string) => boolean,
  ...chunks: readonly (string | Buffer)[]
): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  onLine(stream, (line) => lines.push(line), isWanted);
  await finished(stream);
  return lines;
}

test("lines come whole, however they were cut on their way", async () => {
  const euro = Buffer.from("€");
  const chunks = ["a\nb", "c\n\n", euro.subarray(0, 1), euro.subarray(1), "d"];
  expect(await linesOf(...chunks)).toEqual(["a", "bc", "", "€d"]);
});

test.each([
  ["U+2028", "\u2028", "\\u2028"],
  ["U+2029", "\u2029", "\\u2029"],
  ["U+0085", "\u0085", "\\u0085"],
  ["U+009B, which begins a command to a terminal", "\u009b31m", "\\u009b31m"],
  ["an escape", "\u001b[2J", "\\u001b[2J"],
  ["a carriage return", "\r", "\\u000d"],
  ["U+202E, which turns what follows around", "\u202e", "\\u202e"],
  ["U+2066, which isolates what follows", "\u2066", "\\u2066"],
  ["U+200B, which nobody sees", "\u200b", "\\u200b"],
  ["U+E0041, which nobody sees", "\u{e0041}", "\\udb40\\udc41"],
])("%s neither ends a line nor comes through", async (_, control, shown) => {
  const text = `{"text":"before${control}worker | forged"}`;
  const escaped = `{"text":"before${shown}worker | forged"}`;
  expect(await linesOf(`${text}\n`)).toEqual([escaped]);
  expect(JSON.parse(escaped).text).toBe(`before${control}worker | forged`);
});

test("a line without an end comes in pieces, and nothing of it is lost", async () => {
  const lines = await linesOf("x".repeat(10_000), "y".repeat(10_000), "z".repeat(20_000), "\nend");
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(8_192);
  expect(lines.slice(0, -1).join("")).toHaveLength(40_000);
  expect(lines.at(-1)).toBe("end");
});

test("a piece that is not wanted is read and left out, and what came before it ends there", async () => {
  const chunks = ["a\nb", "x\n".repeat(1_000), "c\nd"];
  const lines = await wantedLinesOf((piece) => !piece.includes("x"), ...chunks);
  expect(lines).toEqual(["a", "b", "c", "d"]);
});
