import type { FileBatch } from "../../queue/file-batches.ts";
import type { Task } from "../../task/task.ts";
import type { BatchStore } from "../batches/batch-store.ts";
import { createRowReader } from "../batches/csv-input.ts";
import { createStanding, readStates } from "../batches/standing.ts";
import { RequestError } from "../http/errors.ts";
import type { RouteContext } from "../http/route.ts";
import type { Desks } from "../jobs/desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { ReadGate } from "../jobs/read-gate.ts";
import { renderBatchPage } from "./batch-page.ts";
import { type PreviewRow, renderPreview } from "./batch-preview.ts";
import type { Field } from "./fields.ts";
import { siteFor } from "./public-site.ts";
import type { TaskWording } from "./task-wording.ts";

/** A task with its form. */
export interface BatchForm {
  readonly name: string;
  readonly task: Task;
  readonly fields: readonly Field[];
}

export interface BatchReadingDeps {
  readonly jobs: Pick<Jobs, "recent">;
  readonly desks: Desks;
  readonly forms: ReadonlyMap<string, BatchForm>;
  readonly wording: TaskWording;
  readonly store: BatchStore;
  readonly gate: ReadGate;
}

/** Rows of a page of the list. */
const listedRows = 50;

/**
 * The batch that a request names. Throws a 404 `RequestError` where it is not kept, or the visitor's
 * token only sees its own; as of a job, whoever else knows the id sees it.
 */
export async function findSeenBatch(
  store: BatchStore,
  { params, state }: RouteContext,
): Promise<FileBatch> {
  const batch = await store.find(params["id"]);
  const { sees, name, client } = state.visitor;
  if (sees === "known" || (await store.isOf(batch, client))) return batch;
  throw new RequestError(
    404,
    `there is no batch "${batch.id}" that "${name}" has sent, or it is no longer kept`,
  );
}

/**
 * Returns what reads the rows of a file for the task of this form. Throws a 409 `RequestError` where
 * a release has taken away a field that the file has a column of.
 */
export function createFormReader(
  { task, fields }: BatchForm,
  { columns }: FileBatch,
): ReturnType<typeof createRowReader> {
  const known = columns.map((name) => {
    const field = fields.find((one) => one.name === name);
    if (field !== undefined) return field;
    throw new RequestError(
      409,
      `the task has no field "${name}" any more, expected ${fields.map((one) => one.name).join(", ")}: ` +
        "change the file, and send it again",
    );
  });
  return createRowReader(task, fields, known);
}

/** The page of a file: what it would submit or, once it was submitted, how its rows stand. */
export async function readBatchPage(
  deps: BatchReadingDeps,
  ctx: RouteContext,
  batch: FileBatch,
): Promise<string> {
  const form = deps.forms.get(batch.task);
  const around = {
    wording: deps.wording,
    site: siteFor(ctx.state.visitor),
    maySubmit: form !== undefined && ctx.state.visitor.purposes.includes("submit"),
  };
  if (batch.state === "read") {
    const rows = form === undefined ? [] : await readFirst(deps, form, batch);
    return renderPreview(batch, { ...around, fields: form?.fields ?? [], rows });
  }
  const outcomes = await deps.store.outcomes(batch.id);
  const ids = [...outcomes.values()].flatMap((outcome) => ("id" in outcome ? [outcome.id] : []));
  const states = await readStates(deps.desks, deps.gate, ids);
  const standing = createStanding(batch, outcomes, states);
  const pages = Math.max(1, Math.ceil(standing.rows.length / listedRows));
  const asked = Number.parseInt(new URLSearchParams(ctx.querystring).get("page") ?? "1", 10) || 1;
  const page = Math.min(pages, Math.max(1, asked));
  const listed = standing.rows.slice((page - 1) * listedRows, page * listedRows);
  const found = await deps.jobs.recent(listed.flatMap(({ id }) => id ?? []));
  return renderBatchPage(batch, {
    ...around,
    standing,
    rows: listed.map((row) => ({ ...row, job: found.find(({ id }) => id === row.id) })),
    page,
    pages,
    isOwn: await deps.store.isOf(batch, ctx.state.visitor.client),
    nowMs: Date.now(),
  });
}

/** The first rows of which a job would be made. */
async function readFirst(
  { store, gate }: Pick<BatchReadingDeps, "store" | "gate">,
  form: BatchForm,
  batch: FileBatch,
): Promise<PreviewRow[]> {
  const read = createFormReader(form, batch);
  const rows = await gate.pass(() => store.preview(batch));
  return rows.map(({ row, cells }) => ({ row, input: read(cells).whole }));
}
