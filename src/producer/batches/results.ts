import type { FileBatch, FileRow, RowOutcome } from "../../queue/file-batches.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import { readStoredEnds } from "../../queue/job-ends.ts";
import { readResult } from "../../queue/stored-result.ts";
import type { ReadGate } from "../jobs/read-gate.ts";
import type { BatchStore } from "./batch-store.ts";
import type { Delimiter } from "./csv-file.ts";
import { type Cell, writeCsvRow } from "./csv-text.ts";
import { type AskedDesks, readStates, type RowState } from "./standing.ts";

export interface ResultsDeps {
  readonly store: Pick<BatchStore, "outcomes" | "rows">;
  readonly desks: AskedDesks;
  readonly gate: ReadGate;
}

/** Rows that are in memory at once, with results of up to 256 KB. */
const readAtOnce = 20;
/** Fields of results that have a column of their own. */
const mostFields = 50;

/** What is told of a row behind its input. */
interface RowEnd {
  readonly id: string | undefined;
  readonly state: RowState | "not submitted";
  readonly result?: unknown;
  readonly errorType?: string;
  readonly error?: string;
}

interface EndedRow {
  readonly row: FileRow;
  readonly end: RowEnd;
}

/**
 * The file again, written as it was, and behind each row its job's id, state and result, or its
 * error's class and message, as they are while it is read. A result that is an object has a column
 * for each of its fields. Throws before the first line what reading the file or its jobs does, a 404
 * `RequestError` included where it is no longer kept.
 */
export async function openResults(
  deps: ResultsDeps,
  batch: FileBatch,
): Promise<AsyncGenerator<string, void>> {
  const outcomes = await deps.store.outcomes(batch.id);
  const columns = new Set<string>();
  /** Rows whose jobs had not ended by then: of their results nobody knows the columns. */
  const unended = new Map<number, RowEnd>();
  // Which columns there are has to be known before the first row is written.
  for await (const { row, end } of readEnds(deps, batch, outcomes)) {
    if (end.state === "succeeded" && columns.size <= mostFields) {
      for (const name of columnsOf(end.result)) columns.add(name);
    }
    if (end.state === "waiting" || end.state === "working") unended.set(row.row, end);
  }
  const fields = columns.size > mostFields ? [whole] : [...columns];
  return writeResults(batch, fields, readEnds(deps, batch, outcomes, unended));
}

async function* writeResults(
  batch: FileBatch,
  fields: readonly string[],
  ends: AsyncIterable<EndedRow>,
): AsyncGenerator<string, void> {
  const delimiter = batch.delimiter as Delimiter;
  if (batch.bom) yield "\uFEFF";
  const own = ["id", "state", ...fields, "error_type", "error"];
  const names = own.map((name) => (batch.columns.includes(name) ? `job_${name}` : name));
  yield writeCsvRow([...batch.columns, ...names], delimiter);
  for await (const { row, end } of ends) {
    const results = fields.map((name) => cellOf(end, name));
    const inputs = batch.columns.map((_, i) => row.cells[i] ?? "");
    const { id, state, errorType, error } = end;
    yield writeCsvRow([...inputs, id, state, ...results, errorType, error], delimiter);
  }
}

const whole = "result";

function columnsOf(result: unknown): string[] {
  return isFields(result) ? Object.keys(result).map((name) => `${whole}.${name}`) : [whole];
}

function cellOf({ state, result }: RowEnd, column: string): Cell {
  if (state !== "succeeded") return undefined;
  if (column === whole) return asCell(result);
  return isFields(result) ? asCell(result[column.slice(whole.length + 1)]) : undefined;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asCell(value: unknown): Cell {
  if (value === null || value === undefined) return undefined;
  const isPlain =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPlain ? value : JSON.stringify(value);
}

async function* readEnds(
  deps: ResultsDeps,
  batch: FileBatch,
  outcomes: ReadonlyMap<number, RowOutcome>,
  unended: ReadonlyMap<number, RowEnd> = new Map(),
): AsyncGenerator<EndedRow, void> {
  for (let from = 0; from < batch.total; from += readAtOnce) {
    const rows = await deps.store.rows(batch, from, readAtOnce);
    const ends = await readJobEnds(
      deps,
      rows.flatMap(({ row }) => {
        const outcome = outcomes.get(row);
        return outcome !== undefined && "id" in outcome ? [outcome.id] : [];
      }),
    );
    for (const row of rows) {
      yield { row, end: unended.get(row.row) ?? endOf(row, outcomes.get(row.row), ends) };
    }
  }
}

function endOf(
  { errors }: FileRow,
  outcome: RowOutcome | undefined,
  ends: ReadonlyMap<string, RowEnd>,
): RowEnd {
  if (errors.length > 0) {
    const error = errors.map(({ field, detail }) =>
      field === "" ? detail : `${field}: ${detail}`,
    );
    return { id: undefined, state: "refused", error: error.join(" ") };
  }
  if (outcome === undefined) return { id: undefined, state: "not submitted" };
  if (!("id" in outcome)) return { id: undefined, state: "refused", error: outcome.refused };
  return ends.get(outcome.id) ?? { id: outcome.id, state: "gone" };
}

/**
 * State first: what is read of a job afterwards can only be newer. One that has ended, and of which
 * nothing is kept by then, has made room for others in between.
 */
async function readJobEnds(
  { desks, gate }: ResultsDeps,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RowEnd>> {
  const states = await readStates(desks, gate, ids);
  const found = new Map<string, RowEnd>(
    [...states].map(([id, state]) => {
      const hasEnded = state === "succeeded" || state === "failed";
      return [id, { id, state: hasEnded ? "gone" : state }] as const;
    }),
  );
  await Promise.all(
    [...desks.values()].map(async ({ ask }) => {
      const stored = await gate.pass(() =>
        ask((queue, redis) => readStoredEnds(queue, redis, ids)),
      );
      for (const [i, id] of ids.entries()) {
        const [returnvalue, failedReason] = stored[i] ?? [null, null];
        const state = states.get(id);
        if (state === "succeeded" && returnvalue !== null) {
          found.set(id, { id, state, result: readResult(parse(returnvalue)) });
        }
        if (state === "failed" && failedReason !== null) {
          const { failureClass, reason } = parseFailure(failedReason);
          found.set(id, { id, state, errorType: failureClass, error: reason });
        }
      }
    }),
  );
  return found;
}

/** `undefined` for what somebody has damaged. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
