import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { jsonBytes } from "../http/body.ts";
import { RequestError } from "../http/errors.ts";

/** What stands between the cells of a row: one of them in the whole file. */
const delimiters = [",", ";", "\t"] as const;
export type Delimiter = (typeof delimiters)[number];

/** How a file is written, for one that is written alike. */
export interface CsvStyle {
  readonly delimiter: Delimiter;
  /** Whether a byte order mark comes first, by which spreadsheets know UTF-8. */
  readonly bom: boolean;
}

/** A row of the file; rows without anything in them are none. */
export interface CsvRow {
  /** Its number as a spreadsheet counts, from 1, the header and empty rows included. */
  readonly row: number;
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly style: CsvStyle;
  readonly header: readonly string[];
  /** The rows below the header, as they come. */
  readonly rows: AsyncGenerator<CsvRow, void>;
}

const mark = "\uFEFF";
/** Empty ones included: they take next to nothing in the file, and as long as any to be read. */
const mostRows = 10_000;

/**
 * Reads a file of RFC 4180 as it comes, in UTF-8, with lines that end with LF or CRLF. Cells are
 * separated as its first line has them, by that one of comma, semicolon and tab which gives most of
 * `names`. Throws a `RequestError` for a file without a first line, and from there or from `rows` for
 * what is no UTF-8, has quotes in the wrong place, a row of more than 64 KB, or more than 10,000 rows.
 */
export async function openCsv(
  bytes: AsyncIterable<Uint8Array>,
  names: ReadonlySet<string>,
): Promise<CsvFile> {
  const texts = decode(bytes);
  const start = await readFirstLine(texts);
  const bom = start.startsWith(mark);
  const begun = bom ? start.slice(mark.length) : start;
  const delimiter = findDelimiter(begun, names);
  const rows = parseRows(goOn(begun, texts), delimiter);
  const first = await rows.next();
  if (first.done === true) {
    throw refuse("the file is empty, expected a row with the names of its columns first");
  }
  return { style: { delimiter, bom }, header: first.value.cells, rows };
}

async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const read = (part?: Uint8Array) => {
    try {
      return assertText(decoder.decode(part, { stream: part !== undefined }));
    } catch {
      throw refuse('the file is no text in UTF-8: save it as "CSV UTF-8" first');
    }
  };
  for await (const part of bytes) yield read(part);
  yield read();
}

/** Throws for what no table has, but what stands in other encodings and other files. */
function assertText(text: string): string {
  if (/(?![\t\n\r])\p{Cc}/u.test(text)) throw new TypeError("a control character");
  return text;
}

/** As much as was read until there was a line; more of it may come where that is too long for one. */
async function readFirstLine(texts: AsyncGenerator<string, void>): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  while (length <= jsonBytes && parts.at(-1)?.includes("\n") !== true) {
    const next = await texts.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return parts.join("");
}

async function* goOn(start: string, texts: AsyncGenerator<string, void>) {
  yield start;
  yield* texts;
}

function findDelimiter(start: string, names: ReadonlySet<string>): Delimiter {
  const [line = ""] = start.split(/\r?\n/, 1);
  const known = (delimiter: Delimiter) =>
    line.split(delimiter).filter((cell) => names.has(cell.trim().replace(/^"(.*)"$/, "$1"))).length;
  return delimiters.toSorted((a, b) => known(b) - known(a))[0] ?? ",";
}

async function* parseRows(
  texts: AsyncIterable<string>,
  delimiter: Delimiter,
): AsyncGenerator<CsvRow, void> {
  const parser = parse({
    delimiter,
    max_record_size: jsonBytes,
    // Which row has how many cells is told of that row.
    relax_column_count: true,
    // A part of the file has no more of them either, though all of it is read at once.
    to: mostRows + 1,
  });
  const source = Readable.from(texts);
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      row += 1;
      if (row > mostRows) throw refuse(`the file goes on after ${mostRows} rows, expected fewer`);
      if (cells.some((cell) => cell.trim() !== "")) yield { row, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? refuseCsv(error) : error;
  } finally {
    source.destroy();
  }
}

function refuseCsv({ code, lines }: CsvError): RequestError {
  // Line breaks within cells may count twice.
  const where = `at or before line ${String(lines)}`;
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return refuse(`a quote that opens ${where} is closed nowhere`);
    case "CSV_MAX_RECORD_SIZE":
      return refuse(`a row ${where} is too long, expected at most ${jsonBytes} characters`);
    default:
      return refuse(
        `there is a quote in the wrong place ${where}, expected cells such as "a ""quoted"" word"`,
      );
  }
}

function refuse(message: string): RequestError {
  return new RequestError(422, message);
}
