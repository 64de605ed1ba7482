import { Readable } from "node:stream";
import { fileBatchLimits } from "../../contract/file-batches.ts";
import { paths } from "../../contract/paths.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import type { FileBatch } from "../../queue/file-batches.ts";
import { createTurns } from "../../service/turns.ts";
import type { Task } from "../../task/task.ts";
import { type BatchStore, createBatchStore } from "../batches/batch-store.ts";
import { createRowReader } from "../batches/csv-input.ts";
import { takeFile } from "../batches/intake.ts";
import { writeResults } from "../batches/results.ts";
import { createStanding, readStates } from "../batches/standing.ts";
import { assertSubmittable, submitFile } from "../batches/submitting.ts";
import { createBatchQuota } from "../http/batch-quota.ts";
import { RequestError } from "../http/errors.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { readUpload } from "../http/upload.ts";
import type { Desks } from "../jobs/desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { createReadGate } from "../jobs/read-gate.ts";
import { submitterOf } from "../jobs/submitters.ts";
import { renderBatchPage } from "./batch-page.ts";
import { batchActions, renderPreview } from "./batch-preview.ts";
import type { Field } from "./fields.ts";
import { fileAction, fileField } from "./file-form.ts";
import { siteFor } from "./public-site.ts";
import { leaveUnlisted } from "./secret-address.ts";

/** A task with its form. */
interface Form {
  readonly name: string;
  readonly task: Task;
  readonly fields: readonly Field[];
}

export interface BatchRoutesDeps {
  readonly jobs: Jobs;
  readonly desks: Desks;
  readonly idSecret: ReadIdSecret;
  readonly rateLimit: RateLimit;
  readonly forms: ReadonlyMap<string, Form>;
  /** Throws a 404 `RequestError` where there is no such task. */
  readonly formOf: (name: string) => Form;
  /** Shows a task's form with what is wrong with its file. */
  readonly showForm: (
    ctx: RouteContext,
    form: Form,
    fileProblems: readonly string[],
  ) => Promise<void>;
}

const tooMany = "too many submissions from here";
/** Rows of the preview, and of a page of the list. */
const previewRows = 10;
const listedRows = 50;
/** Redis has other work, too: states of a thousand jobs are ten looks. */
const reads = { atOnce: 8, waiting: 200, waitMs: 2_000 };

/** Files of many inputs: what is sent, looked at, submitted and followed. */
export function createBatchRoutes(deps: BatchRoutesDeps): Route[] {
  const { jobs, desks, rateLimit, formOf, showForm } = deps;
  const store = createBatchStore(desks, deps.idSecret);
  const gate = createReadGate(reads);
  const uploads = createBatchQuota();
  const submissions = createBatchQuota();
  const turns = createTurns(1);
  const submit = jobs.submit.bind(jobs);
  return [
    {
      method: "POST",
      path: `${paths.tasks}/:name/${fileAction}`,
      async handle(ctx) {
        const form = formOf(ctx.params["name"] ?? "");
        await rateLimit.count(ctx, tooMany);
        const leave = uploads.enter(ctx);
        try {
          const draft = await store.begin(ctx.state.visitor.client);
          const limits = { field: fileField, maxBytes: fileBatchLimits.bytes };
          try {
            await readUpload(ctx, limits, (bytes, file) =>
              takeFile(draft, { ...form, file, bytes }),
            );
          } catch (error) {
            await draft.drop();
            throw error;
          }
          ctx.status = 303;
          ctx.redirect(`${paths.batches}/${draft.id}`);
        } catch (error) {
          if (!(error instanceof RequestError) || !ofTheFile.has(error.status)) throw error;
          const told = error.errors.map(({ detail }) => detail);
          await showForm(ctx, form, told.length > 0 ? told : [error.message]);
          ctx.status = error.status;
          leaveUnlisted(ctx);
        } finally {
          leave();
        }
      },
    },
    {
      method: "GET",
      path: `${paths.batches}/:id`,
      purpose: "job page",
      async handle(ctx) {
        const batch = await findSeen(store, ctx);
        leaveUnlisted(ctx);
        ctx.set("Cache-Control", "no-store");
        ctx.type = "html";
        ctx.body = await (batch.state === "read" ? preview : showBatch)(deps, store, gate, {
          ctx,
          batch,
        });
      },
    },
    {
      method: "POST",
      path: `${paths.batches}/:id/${batchActions.submit}`,
      async handle(ctx) {
        const page = `${paths.batches}/${ctx.params["id"] ?? ""}`;
        ctx.state.resend = { action: ctx.path, fields: new Map(), back: page };
        // Pays for the first row that is submitted; one of which none is has cost something, too.
        await rateLimit.count(ctx, tooMany);
        const batch = await findSeen(store, ctx);
        assertSubmittable(batch);
        const form = formOf(batch.task);
        const leave = submissions.enter(ctx);
        try {
          await submitFile(
            { store, submit, turns },
            {
              batch,
              read: (cells) => createReader(form, batch)(cells).input,
              common: {
                ...submitterOf(ctx),
                source: "form",
                context: ctx.state.trace,
                pointer: "",
              },
              count: countRows(ctx, rateLimit),
            },
          );
        } finally {
          leave();
        }
        ctx.status = 303;
        ctx.redirect(page);
      },
    },
    {
      method: "GET",
      path: `${paths.batches}/:id/${batchActions.results}`,
      purpose: "job page",
      async handle(ctx) {
        const batch = await findSeen(store, ctx);
        leaveUnlisted(ctx);
        ctx.set("Cache-Control", "no-store");
        ctx.attachment(`${batch.task}-${batch.id}.csv`);
        ctx.type = "text/csv; charset=utf-8";
        ctx.body = Readable.from(writeResults({ store, desks, gate }, batch));
      },
    },
  ];
}

/** What says something of the file itself, which the form tells beside it. */
const ofTheFile: ReadonlySet<number> = new Set([400, 413, 422]);

/** As of a job: who knows the id sees it, but a token that only sees its own. */
async function findSeen(store: BatchStore, { params, state }: RouteContext): Promise<FileBatch> {
  const batch = await store.find(params["id"]);
  const { sees, name, client } = state.visitor;
  if (sees === "known" || (await store.isOf(batch, client))) return batch;
  throw new RequestError(
    404,
    `there is no batch "${batch.id}" that "${name}" has sent, or it is no longer kept`,
  );
}

/** The first one has been counted. */
function countRows(ctx: RouteContext, rateLimit: RateLimit): () => Promise<void> {
  let isFirst = true;
  return async () => {
    if (isFirst) isFirst = false;
    else await rateLimit.count(ctx, tooMany);
  };
}

function createReader({ task, fields }: Form, batch: FileBatch) {
  const columns = batch.columns.flatMap(
    (name) => fields.find((field) => field.name === name) ?? [],
  );
  return createRowReader(task, fields, columns);
}

interface Looked {
  readonly ctx: RouteContext;
  readonly batch: FileBatch;
}
type ReadGate = ReturnType<typeof createReadGate>;

async function preview(
  { formOf }: BatchRoutesDeps,
  store: BatchStore,
  _: ReadGate,
  { ctx, batch }: Looked,
): Promise<string> {
  const form = formOf(batch.task);
  const read = createReader(form, batch);
  const rows = await store.rows(batch.id, 0, 2 * previewRows);
  return renderPreview(batch, {
    title: form.task.title,
    fields: form.fields,
    rows: rows
      .filter(({ errors }) => errors.length === 0)
      .slice(0, previewRows)
      .map(({ row, cells }) => ({ row, input: read(cells).whole })),
    site: siteFor(ctx.state.visitor),
    maySubmit: ctx.state.visitor.purposes.includes("submit"),
  });
}

async function showBatch(
  { jobs, desks, forms }: BatchRoutesDeps,
  store: BatchStore,
  gate: ReadGate,
  { ctx, batch }: Looked,
): Promise<string> {
  const outcomes = await store.outcomes(batch.id);
  const ids = [...outcomes.values()].flatMap((outcome) => ("id" in outcome ? [outcome.id] : []));
  const standing = createStanding(batch, outcomes, await readStates(desks, gate, ids));
  const pages = Math.max(1, Math.ceil(standing.rows.length / listedRows));
  const asked = Number.parseInt(new URLSearchParams(ctx.querystring).get("page") ?? "1", 10) || 1;
  const page = Math.min(pages, Math.max(1, asked));
  const listed = standing.rows.slice((page - 1) * listedRows, page * listedRows);
  const found = await jobs.recent(listed.flatMap(({ id }) => id ?? []));
  const form = forms.get(batch.task);
  return renderBatchPage(batch, {
    title: form?.task.title ?? batch.task,
    fields: form?.fields ?? [],
    standing,
    rows: listed.map((row) => ({ ...row, job: found.find(({ id }) => id === row.id) })),
    page,
    pages,
    site: siteFor(ctx.state.visitor),
    maySubmit: form !== undefined && ctx.state.visitor.purposes.includes("submit"),
    nowMs: Date.now(),
  });
}
