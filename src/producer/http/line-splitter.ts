import { RequestError } from "./errors.ts";
import { createUnendedRow, type RowBytes, type RowLimits, type RowSplitter } from "./row-bytes.ts";

const newline = 0x0a;
const bracket = "{".charCodeAt(0);
const nothing = Buffer.alloc(0);

/**
 * The rows of newline-delimited JSON, numbered by their lines: blank ones are none, and as many as
 * rows may stand among them. The last line needs no end.
 */
export function createLineSplitter({ maxRows, maxBytes }: RowLimits): RowSplitter {
  const unended = createUnendedRow(maxBytes);
  const maxLines = 2 * maxRows;
  let line = 0;
  let rows = 0;
  const isRow = (bytes: Buffer | undefined): boolean => {
    line += 1;
    const counts = bytes === undefined || !isBlank(bytes);
    if (counts) rows += 1;
    if (rows > maxRows || line > maxLines) throw refuseMore(maxRows);
    return counts;
  };
  return {
    *push(part) {
      let start = 0;
      for (;;) {
        const end = part.indexOf(newline, start);
        if (end === -1) break;
        const bytes = unended.end(part.subarray(start, end));
        start = end + 1;
        if (isRow(bytes)) yield { row: line, bytes };
      }
      unended.add(part.subarray(start));
    },
    *end(): Generator<RowBytes> {
      if (unended.isEmpty) return;
      const bytes = unended.end(nothing);
      if (isRow(bytes)) yield { row: line, bytes };
    },
  };
}

/** Of a body with more rows than are taken at once. */
export function refuseMore(maxRows: number): RequestError {
  return new RequestError(413, `expected at most ${maxRows} rows`);
}

/** Also what has but a byte order mark. */
function isBlank(bytes: Buffer): boolean {
  return bytes[0] !== bracket && bytes.toString().trim() === "";
}
