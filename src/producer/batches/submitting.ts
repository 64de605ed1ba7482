import type { FileBatch, FileRow, RowOutcome } from "../../queue/file-batches.ts";
import type { Turns } from "../../service/turns.ts";
import { RequestError } from "../http/errors.ts";
import { type Batch, type BatchDeps, type Row, submitBatch } from "../jobs/batch.ts";
import { createRowRefusals } from "../jobs/batch-answer.ts";
import type { BatchStore } from "./batch-store.ts";

/** Rows whose outcomes are noted together; after a kill so many are submitted again, and make no second job. */
const notedAtOnce = 64;

/** Statuses that say nothing against a row, and hold of those after it: it may be taken the next time. */
const passing: ReadonlySet<number> = new Set([429, 503]);
const defaultHeldMs = 2_000;
/** After a fault of ours or of the task, which may be of one row alone. */
const faultyHeldMs = 30_000;

export interface SubmittingDeps {
  readonly store: BatchStore;
  readonly submit: BatchDeps["submit"];
  readonly turns: Turns;
}

export interface Submitting {
  readonly batch: FileBatch;
  readonly read: (cells: readonly string[]) => Readonly<Record<string, unknown>>;
  readonly common: Batch["common"];
  readonly count: Batch["count"];
}

/**
 * Submits the rows of a file that have no errors and were not submitted yet, each under a key of the
 * file's id and its number: however often this is done, and wherever it ended before, a row makes one
 * job. Where the queue, or the limits of the client, take no more now, that is noted, and the rest is
 * left for the next time. Throws an `UnavailableError` where it cannot be noted, and a 404
 * `RequestError` where the file is no longer kept.
 */
export async function submitFile(
  { store, submit, turns }: SubmittingDeps,
  { batch, read, common, count }: Submitting,
): Promise<void> {
  await store.submitting(batch);
  const known = await store.outcomes(batch.id);
  const deps = { submit, turns, refuse: createRowRefusals() };
  let fault: string | undefined;
  for (let from = 0; from < batch.total; from += notedAtOnce) {
    const rows = (await store.rows(batch, from, notedAtOnce)).filter(
      ({ row, errors }) => errors.length === 0 && !known.has(row),
    );
    if (rows.length === 0) continue;
    const { results } = await submitBatch(deps, {
      rows: toRows(rows, batch.task, read),
      idempotencyKey: batch.id,
      // Whoever knows of the file may submit what another has left of it.
      common: { ...common, isKeyShared: true },
      count,
    });
    const outcomes = new Map<number, RowOutcome>();
    let held: { why: string; ms: number } | undefined;
    for (const result of results) {
      if (result.outcome !== "refused") {
        outcomes.set(result.row, { id: result.id });
        continue;
      }
      const { status, detail, errors } = result.problem;
      if (passing.has(status)) {
        const seconds = result.retry_after_seconds;
        held ??= { why: detail, ms: seconds === undefined ? defaultHeldMs : seconds * 1_000 };
      } else if (status === 500) {
        fault ??= detail;
      } else {
        const [first] = errors ?? [];
        outcomes.set(result.row, { refused: first?.detail ?? detail });
      }
    }
    await store.note(batch, outcomes);
    if (held === undefined) continue;
    await store.hold(batch, held.why, held.ms);
    return;
  }
  if (fault !== undefined) await store.hold(batch, fault, faultyHeldMs);
}

async function* toRows(
  rows: readonly FileRow[],
  task: string,
  read: Submitting["read"],
): AsyncGenerator<Row, void> {
  for (const { row, cells } of rows) {
    const size = cells.reduce((sum, cell) => sum + cell.length, 0);
    yield { row, size, read: () => ({ task, input: read(cells) }) };
  }
}

/** Throws a 409 `RequestError` for a file of whose rows none can be submitted. */
export function assertSubmittable({ total, wrong }: FileBatch): void {
  if (wrong < total) return;
  throw new RequestError(409, "each row of this file has errors, expected some without");
}
