import type { Delimiter } from "./csv-file.ts";

/** What a cell of a written file holds: nothing where it is undefined. */
export type Cell = string | number | boolean | undefined;

/** What a spreadsheet takes for a formula, which a submitter of an input could have it run. */
const formula = /^[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/;
/** What a spreadsheet reads as a number, and nothing else. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * A row of RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe,
 * which has it shown as a text; numbers stay numbers.
 */
export function writeCsvRow(cells: readonly Cell[], delimiter: Delimiter): string {
  return `${cells.map((cell) => writeCell(cell, delimiter)).join(delimiter)}\r\n`;
}

function writeCell(cell: Cell, delimiter: Delimiter): string {
  if (cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const text = formula.test(cell) && !decimal.test(cell) ? `'${cell}` : cell;
  return /["\r\n\t]/.test(text) || text.includes(delimiter)
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}
