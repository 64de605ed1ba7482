import { finished, Readable } from "node:stream";
import { fileBatchLimits } from "../../contract/file-batches.ts";
import { paths } from "../../contract/paths.ts";
import { createTurns, type Turns } from "../../service/turns.ts";
import type { BatchStore } from "../batches/batch-store.ts";
import { takeFile } from "../batches/intake.ts";
import { openResults } from "../batches/results.ts";
import { assertSubmittable, submitFile } from "../batches/submitting.ts";
import { createBatchQuota } from "../http/batch-quota.ts";
import { RequestError } from "../http/errors.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { readUpload } from "../http/upload.ts";
import { piecesAtOnce } from "../jobs/batch.ts";
import { countRows } from "../jobs/batch-route.ts";
import type { Desks } from "../jobs/desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { createReadGate } from "../jobs/read-gate.ts";
import { submitterOf } from "../jobs/submitters.ts";
import { batchActions } from "./batch-preview.ts";
import { type BatchForm, createFormReader, findSeenBatch, readBatchPage } from "./batch-reading.ts";
import { fileAction, fileField } from "./file-form.ts";
import { ownFiles } from "./own-jobs.ts";
import { leaveUnlisted } from "./secret-address.ts";
import type { TaskWording } from "./task-wording.ts";

export interface BatchRoutesDeps {
  readonly jobs: Jobs;
  readonly desks: Desks;
  readonly store: BatchStore;
  readonly rateLimit: RateLimit;
  readonly forms: ReadonlyMap<string, BatchForm>;
  readonly wording: TaskWording;
  /** Throws a 404 `RequestError` where there is no such task. */
  readonly formOf: (name: string) => BatchForm;
  /** Shows a task's form with what is wrong with its file. */
  readonly showForm: (
    ctx: RouteContext,
    form: BatchForm,
    fileProblems: readonly string[],
  ) => Promise<void>;
}

const tooMany = "too many submissions from here";
/** Redis has other work, too: states of a thousand jobs are ten looks. */
const reads = { atOnce: 8, waiting: 200, waitMs: 2_000 };

/** Files of many inputs: what is sent, looked at, submitted and followed. */
export function createBatchRoutes(deps: BatchRoutesDeps): Route[] {
  const { jobs, desks, store, rateLimit, formOf, showForm } = deps;
  const gate = createReadGate(reads);
  const [uploads, submissions, downloads] = [
    createBatchQuota(),
    createBatchQuota(),
    createBatchQuota(),
  ];
  const turns = createTurns(piecesAtOnce);
  const submitting = { store, submit: jobs.submit.bind(jobs), turns: createTurns(1) };
  return [
    {
      method: "POST",
      path: `${paths.tasks}/:name/${fileAction}`,
      async handle(ctx) {
        const form = formOf(ctx.params["name"] ?? "");
        await rateLimit.count(ctx, tooMany);
        const leave = uploads.enter(ctx);
        try {
          const id = await takeUpload({ store, turns }, ctx, form);
          ownFiles.add(ctx, id);
          ctx.status = 303;
          ctx.redirect(`${paths.batches}/${id}`);
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
        const batch = await findSeenBatch(store, ctx);
        leaveUnlisted(ctx);
        ctx.set("Cache-Control", "no-store");
        ctx.type = "html";
        ctx.body = await readBatchPage({ ...deps, gate }, ctx, batch);
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
        const batch = await findSeenBatch(store, ctx);
        assertSubmittable(batch);
        const read = createFormReader(formOf(batch.task), batch);
        const leave = submissions.enter(ctx);
        try {
          await submitFile(submitting, {
            batch,
            read: (cells) => read(cells).input,
            common: {
              ...submitterOf(ctx),
              source: "form",
              context: ctx.state.trace,
              pointer: "",
            },
            count: countRows(ctx, rateLimit),
          });
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
        const batch = await findSeenBatch(store, ctx);
        const leave = downloads.enter(ctx);
        const lines = await openResults({ store, desks, gate }, batch).catch((error: unknown) => {
          leave();
          throw error;
        });
        leaveUnlisted(ctx);
        ctx.set("Cache-Control", "no-store");
        ctx.attachment(`${batch.task}-${batch.id}.csv`);
        ctx.type = "text/csv; charset=utf-8";
        const body = Readable.from(lines);
        // Koa ends it where whoever asked has left, too.
        finished(body, leave);
        ctx.body = body;
      },
    },
  ];
}

/** What says something of the file itself, which the form tells beside it. */
const ofTheFile: ReadonlySet<number> = new Set([400, 408, 413, 422]);

/** Has the file of a request kept, to be looked at, and returns its id. */
async function takeUpload(
  { store, turns }: { readonly store: BatchStore; readonly turns: Turns },
  ctx: RouteContext,
  form: BatchForm,
): Promise<string> {
  const draft = await store.begin(ctx.state.visitor.client);
  const limits = { field: fileField, maxBytes: fileBatchLimits.bytes };
  try {
    const said = await readUpload(ctx, limits, (bytes, file) =>
      takeFile(draft, { ...form, file, bytes, turns }),
    );
    await draft.keep(said);
    return draft.id;
  } finally {
    await draft.close();
  }
}
