import type { FileBatch, FileRow, RowOutcome } from "../../queue/file-batches.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import { readStoredEnds } from "../../queue/job-ends.ts";
import { readResult } from "../../queue/stored-result.ts";
import type { Desks } from "../jobs/desk.ts";
import type { ReadGate } from "../jobs/read-gate.ts";
import type { BatchStore } from "./batch-store.ts";
import type { Delimiter } from "./csv-file.ts";
import { type Cell, writeCsvRow } from "./csv-text.ts";
import { readStates, type RowState } from "./standing.ts";

export interface ResultsDeps {
  readonly store: BatchStore;
  readonly desks: Desks;
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

/**
 * The file again, written as it was, and behind each row its job's id, state and result, or its
 * error's class and message, as they are while it is read. A result that is an object has a column
 * for each of its fields.
 */
export async function* writeResults(
  deps: ResultsDeps,
  batch: FileBatch,
): AsyncGenerator<string, void> {
  const outcomes = await deps.store.outcomes(batch.id);
  const columns = new Set<string>();
  // Which columns there are has to be known before the first row is written.
  for await (const { end } of readEnds(deps, batch, outcomes)) {
    if (end.state === "succeeded") for (const name of columnsOf(end.result)) columns.add(name);
    if (columns.size > mostFields) break;
  }
  const fields = columns.size > mostFields ? [whole] : [...columns];
  const delimiter = batch.delimiter as Delimiter;
  if (batch.bom) yield "\uFEFF";
  const own = ["id", "state", ...fields, "error_type", "error"];
  const names = own.map((name) => (batch.columns.includes(name) ? `job_${name}` : name));
  yield writeCsvRow([...batch.columns, ...names], delimiter);
  for await (const { row, end } of readEnds(deps, batch, outcomes)) {
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
  { id, total }: FileBatch,
  outcomes: ReadonlyMap<number, RowOutcome>,
): AsyncGenerator<{ readonly row: FileRow; readonly end: RowEnd }, void> {
  for (let from = 0; from < total; from += readAtOnce) {
    const rows = await deps.store.rows(id, from, readAtOnce);
    const ends = await readJobEnds(
      deps,
      rows.flatMap(({ row }) => {
        const outcome = outcomes.get(row);
        return outcome !== undefined && "id" in outcome ? [outcome.id] : [];
      }),
    );
    for (const row of rows) yield { row, end: endOf(row, outcomes.get(row.row), ends) };
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

/** State first: what is read of a job afterwards can only be newer. */
async function readJobEnds(
  { desks, gate }: ResultsDeps,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RowEnd>> {
  const states = await readStates(desks, gate, ids);
  const found = new Map<string, RowEnd>(
    [...states].map(([id, state]) => [id, { id, state }] as const),
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
