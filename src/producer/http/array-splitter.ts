import { RequestError } from "./errors.ts";
import { refuseMore } from "./line-splitter.ts";
import { createUnendedRow, type RowBytes, type RowLimits, type RowSplitter } from "./row-bytes.ts";

const [quote, backslash, comma, opening, closing, openingBrace, closingBrace] = [
  ...Buffer.from('"\\,[]{}'),
];
const byteOrderMark = Buffer.from("\uFEFF");
const blanks: ReadonlySet<number> = new Set(Buffer.from(" \t\r\n"));

/** Where in the array a byte is: before its bracket, in it, or after its end. */
type Place = "before" | "within" | "after";

/**
 * The rows of a JSON array: the text of each of its values, whatever is wrong with that. Only what
 * tells where a value ends is looked at: quotes, brackets and commas.
 */
export function createArraySplitter({ maxRows, maxBytes }: RowLimits): RowSplitter {
  const unended = createUnendedRow(maxBytes);
  let place: Place = "before";
  let marks = 0;
  let row = 0;
  let depth = 0;
  let inText = false;
  let escaped = false;
  /** Something of a value has come, or a comma after which one has to. */
  let expectsValue = false;

  function* endRow(bytes: Buffer): Generator<RowBytes> {
    row += 1;
    if (row > maxRows) throw refuseMore(maxRows);
    yield { row, bytes: unended.end(bytes) };
  }
  const isBefore = (byte: number): boolean => {
    if (blanks.has(byte)) return true;
    if (marks < byteOrderMark.length && byte === byteOrderMark[marks]) {
      marks += 1;
      return true;
    }
    const isMarked = marks === 0 || marks === byteOrderMark.length;
    if (byte !== opening || !isMarked) throw new RequestError(400, "the body is no JSON array");
    return false;
  };

  return {
    *push(part) {
      let start = 0;
      for (let index = 0; index < part.length; index += 1) {
        const byte = part[index] ?? 0;
        if (place === "before") {
          if (isBefore(byte)) continue;
          place = "within";
          start = index + 1;
        } else if (place === "after") {
          if (!blanks.has(byte)) throw new RequestError(400, "something follows the JSON array");
        } else if (inText) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inText = false;
        } else if (byte === quote) {
          inText = true;
          expectsValue = true;
        } else if (byte === opening || byte === openingBrace) {
          depth += 1;
          expectsValue = true;
        } else if (depth > 0) {
          if (byte === closing || byte === closingBrace) depth -= 1;
        } else if (byte === comma || byte === closing) {
          if (byte === comma || expectsValue) yield* endRow(part.subarray(start, index));
          expectsValue = byte === comma;
          start = index + 1;
          if (byte === closing) place = "after";
        } else if (!blanks.has(byte)) expectsValue = true;
      }
      if (place === "within") unended.add(part.subarray(start));
    },
    // oxlint-disable-next-line require-yield -- what has no end is no row
    *end() {
      if (place === "before") throw new RequestError(400, "the body is no JSON array");
      if (place === "within") {
        throw new RequestError(400, "the JSON array has no end");
      }
    },
  };
}
