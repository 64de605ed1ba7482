import { readJsonText } from "../http/body.ts";
import { RequestError } from "../http/errors.ts";
import { decodeText } from "../http/request-text.ts";
import type { RowBytes, RowLimits } from "../http/row-bytes.ts";
import type { Row } from "./batch.ts";
import { readRow } from "./submission-body.ts";

type Limits = Pick<RowLimits, "maxBytes">;

/** The rows of a batch's body, each to be read once it is its turn. */
export async function* parseRows(
  rows: AsyncIterable<RowBytes>,
  limits: Limits,
): AsyncGenerator<Row, void> {
  for await (const { row, bytes } of rows) {
    // Of one that is too long nothing is kept, but the rows around it keep what they came in.
    yield { row, size: bytes?.length ?? limits.maxBytes, read: () => parseRow(bytes, limits) };
  }
}

function parseRow(bytes: Buffer | undefined, { maxBytes }: Limits) {
  if (bytes === undefined) throw new RequestError(413, `the row must not exceed ${maxBytes} bytes`);
  return readRow(readJsonText(decodeText(bytes)));
}
