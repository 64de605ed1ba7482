import type { Turns } from "../../service/turns.ts";
import type { Problem } from "../http/error-responses.ts";
import type { Receipt, Submission } from "./submission.ts";

/** Why no job was made of a row. */
export interface RowRefusal {
  readonly problem: Problem;
  readonly retry_after_seconds?: number;
}

/** What a row says of its job. */
export type SaidRow = Pick<Submission, "task" | "input"> &
  Partial<Pick<Submission, "start" | "callbackUrl" | "idempotencyKey">>;

/** A row of a batch, from wherever it comes. */
export interface Row {
  /** Its place there, from 1. */
  readonly row: number;
  /** Bytes that it takes until it was read. */
  readonly size: number;
  /** Throws a `RequestError` where no job can be meant. */
  readonly read: () => SaidRow;
}

export interface Batch {
  readonly rows: AsyncIterable<Row>;
  /** Of the batch as a whole; rows without a key of their own have one that follows from it. */
  readonly idempotencyKey: string | undefined;
  /** What holds of each job that is made of it. */
  readonly common: Pick<
    Submission,
    "client" | "source" | "context" | "pointer" | "callbackUrl" | "isKeyShared"
  >;
  /** Counts a row as a submission of its client; throws for one too many. */
  readonly count: () => Promise<void>;
}

/** What became of a row. */
export type RowResult = { readonly row: number } & (
  | { readonly outcome: "queued" | "known"; readonly id: string }
  | ({ readonly outcome: "refused" } & RowRefusal)
);

export interface BatchResult {
  /** In the order of the rows. */
  readonly results: readonly RowResult[];
  /** Why there were no more rows to be had, if that was no end. */
  readonly unread: unknown;
}

export interface BatchDeps {
  readonly submit: (submission: Submission) => Promise<Pick<Receipt, "id" | "replayed">>;
  /** What is told of an error that `count`, a row's `read` or `submit` throws: all that is kept of it. */
  readonly refuse: (error: unknown) => RowRefusal;
  /** Shared by all batches: how many pieces of them may be on their way to Redis. */
  readonly turns: Turns;
}

/** Rows that are read and sent together: Redis has them for some 3 ms, and reading them takes about as long. */
const pieceRows = 32;
/** Of long rows fewer: each batch holds one piece that waits for its turn. */
const pieceBytes = 65_536;
/** While Redis is at one piece, another has come to it, and a third is being read. */
const piecesOfBatch = 3;
/** Of all batches together, so that what others ask of Redis waits for some 15 ms at most. */
export const piecesAtOnce = 4;

/** What separates a batch's key from a row's number in the key of the row. */
const separator = "/";

/** How long a batch's key may be, so that no row's is longer than a key may be. */
export const maxBatchKey = 128 - `${separator}9999`.length;

/**
 * Submits each row as if it had come alone, in their order but several at a time, and tells what
 * became of each. Rows are read only as fast as they are taken. It never rejects: what ends the rows
 * early is told beside the results of those before.
 */
export async function submitBatch(deps: BatchDeps, batch: Batch): Promise<BatchResult> {
  const results: RowResult[] = [];
  const running = new Set<Promise<void>>();
  let unread: unknown;
  let piece: Row[] = [];
  let size = 0;

  const send = async () => {
    const rows = piece;
    piece = [];
    size = 0;
    const first = results.length;
    results.length += rows.length;
    if (running.size >= piecesOfBatch) await Promise.race(running);
    const release = await deps.turns.take();
    const sending = submitPiece(deps, batch, rows)
      .then((done) => done.forEach((result, index) => (results[first + index] = result)))
      .finally(release);
    running.add(sending);
    void sending.finally(() => running.delete(sending));
  };

  try {
    for await (const row of batch.rows) {
      piece.push(row);
      size += row.size;
      if (piece.length === pieceRows || size >= pieceBytes) await send();
    }
  } catch (error) {
    unread = error;
  }
  if (piece.length > 0) await send();
  await Promise.all(running);
  return { results: tellRepeated(results), unread };
}

async function submitPiece(
  deps: BatchDeps,
  batch: Batch,
  rows: readonly Row[],
): Promise<RowResult[]> {
  return Promise.all(rows.map((row) => submitRow(deps, batch, row)));
}

async function submitRow(
  { submit, refuse }: BatchDeps,
  { idempotencyKey: batchKey, common, count }: Batch,
  { row, read }: Row,
): Promise<RowResult> {
  try {
    await count();
    const said = read();
    const ownKey = batchKey === undefined ? undefined : `${batchKey}${separator}${row}`;
    const { id, replayed } = await submit({
      ...common,
      ...said,
      together: true,
      idempotencyKey: said.idempotencyKey ?? ownKey,
    });
    return { row, outcome: replayed ? "known" : "queued", id };
  } catch (error) {
    return { row, outcome: "refused", ...refuse(error) };
  }
}

/** Rows that are sent in the same instant do not see each other: with one key, all of them seem new. */
function tellRepeated(results: readonly RowResult[]): RowResult[] {
  const seen = new Set<string>();
  return results.map((result) => {
    if (result.outcome === "refused") return result;
    const isRepeated = seen.has(result.id);
    seen.add(result.id);
    return isRepeated ? { ...result, outcome: "known" } : result;
  });
}
