import { randomUUID } from "node:crypto";
import type { ParameterizedContext } from "koa";
import { keyField, resubmitField } from "../../contract/forms.ts";
import { paths } from "../../contract/paths.ts";
import { isJobId } from "../../queue/job-id.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import type { Tasks } from "../../task/registry.ts";
import { findResubmitted, findSeen, findTold, mayCancelAs } from "../access/seen-jobs.ts";
import type { AuditTrail } from "../console/actions/audit-trail.ts";
import { createBatchStore } from "../batches/batch-store.ts";
import { readForm } from "../http/body.ts";
import { RequestError, UnavailableError } from "../http/errors.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { isFinal } from "../jobs/job-status.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { submitterOf } from "../jobs/submitters.ts";
import { renderFormPage, type TaskForm } from "./form-page.ts";
import { renderIndexPage } from "./index-page.ts";
import { createActionRoutes } from "./action-routes.ts";
import { createLiveRoutes } from "./live-routes.ts";
import { liveWaysOf } from "./live-ways.ts";
import { createBatchRoutes, type BatchRoutesDeps } from "./batch-routes.ts";
import { actions } from "./job-actions.ts";
import { sendResult } from "./job-result.ts";
import { renderJobPage } from "./job-page.ts";
import { ownFiles, ownJobs } from "./own-jobs.ts";
import { siteFor } from "./public-site.ts";
import { fillForm, formOfSent, offerEdit, readSentForm } from "./resubmit-form.ts";
import { leaveUnlisted } from "./secret-address.ts";
import { findTasks } from "./task-search.ts";
import { createTaskFields, createTaskWording } from "./task-wording.ts";

const maxQueryLength = 200;

/** A job's id in version 0.1, which had the pages of jobs where those of tasks are now. */
const formerId = /^(t-[0-9a-f-]{36}|k-[0-9a-f]{64})$/;

export interface PageRoutesDeps extends Pick<BatchRoutesDeps, "desks"> {
  readonly idSecret: ReadIdSecret;
  readonly jobs: Jobs;
  readonly audit: Pick<AuditTrail, "record">;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
  readonly streamQuota: StreamQuota;
}

/** The pages for people. They work without JavaScript. */
export function createPageRoutes(deps: PageRoutesDeps): Route[] {
  const { jobs, tasks, rateLimit, streamQuota } = deps;
  const store = createBatchStore(deps.desks, deps.idSecret);
  const fieldsOf = createTaskFields(tasks);
  const wording = createTaskWording(tasks, fieldsOf);
  const forms = new Map(
    [...tasks].map(
      ([name, task]) => [name, { name, task, fields: fieldsOf.get(name) ?? [] }] as const,
    ),
  );
  const formOf = (name: string) => {
    const form = forms.get(name);
    if (form === undefined) throw new RequestError(404, `there is no task "${name}"`);
    return form;
  };
  const readRecent = async (ctx: ParameterizedContext) => {
    try {
      const [recent, files] = await Promise.all([
        jobs.recent(ownJobs.read(ctx)),
        store.list(ownFiles.read(ctx)),
      ]);
      return { jobs: recent, files, wording };
    } catch (error) {
      // Forms and index are of use without the list, and say so.
      if (!(error instanceof UnavailableError)) throw error;
      return { jobs: undefined, files: [], wording };
    }
  };
  const showForm = async (ctx: RouteContext, form: TaskForm) =>
    sendPage(
      ctx,
      await renderFormPage(form, await readRecent(ctx), forms.size > 1, siteFor(ctx.state.visitor)),
    );

  return [
    {
      method: "GET",
      path: paths.form,
      async handle(ctx) {
        const [only, ...others] = forms.values();
        if (only !== undefined && others.length === 0) {
          await showForm(ctx, { ...only, idempotencyKey: randomUUID() });
          return;
        }
        const asked = new URLSearchParams(ctx.querystring);
        const query = (asked.get("q") ?? "").slice(0, maxQueryLength);
        const page = Number.parseInt(asked.get("page") ?? "1", 10) || 1;
        const found = findTasks(tasks, query, page);
        sendPage(
          ctx,
          await renderIndexPage(found, await readRecent(ctx), siteFor(ctx.state.visitor)),
        );
      },
    },
    {
      method: "GET",
      path: `${paths.tasks}/:name`,
      async handle(ctx) {
        const { name = "" } = ctx.params;
        if (!forms.has(name) && (isJobId(name) || formerId.test(name))) {
          ctx.redirect(`${paths.jobs}/${name}${ctx.search}`);
          ctx.status = 308;
          return;
        }
        const subject = formOf(name);
        const id = ctx.URL.searchParams.get(resubmitField);
        const key = randomUUID();
        if (id === null) {
          await showForm(ctx, { ...subject, idempotencyKey: key });
          return;
        }
        const job = await findSeen(jobs, { params: { id }, state: ctx.state });
        await showForm(ctx, fillForm(subject, job, key));
        leaveUnlisted(ctx);
      },
    },
    {
      method: "POST",
      path: `${paths.tasks}/:name`,
      async handle(ctx) {
        const form = formOf(ctx.params["name"] ?? "");
        const keep = (fields: ReadonlyMap<string, string>) => {
          ctx.state.resend = { action: ctx.path, fields };
        };
        try {
          await rateLimit.count(ctx, "too many submissions from here");
        } catch (error) {
          // Whoever typed it need not type it again; a form that cannot be read is refused all the same.
          await readForm(ctx).then(keep, () => undefined);
          throw error;
        }
        const sent = new Map(await readForm(ctx));
        keep(new Map(sent));
        const idempotencyKey = sent.get(keyField) ?? randomUUID();
        const resubmitOf = sent.get(resubmitField);
        try {
          const { job } = await jobs.submit({
            task: form.name,
            ...readSentForm(form, sent),
            resubmits: await findResubmitted(jobs, ctx, {
              id: resubmitOf,
              task: form.name,
              pointer: `/${resubmitField}`,
            }),
            idempotencyKey,
            ...submitterOf(ctx),
            source: "form",
            context: ctx.state.trace,
          });
          ownJobs.add(ctx, job.id);
          ctx.status = 303;
          ctx.redirect(job.links.page);
        } catch (error) {
          if (!(error instanceof RequestError) || error.errors.length === 0) throw error;
          const isLost = error.errors.some(({ pointer }) => pointer === `/${resubmitField}`);
          await showForm(ctx, {
            ...formOfSent(form, sent),
            idempotencyKey,
            sent,
            errors: error.errors,
            ...(!isLost && { resubmitOf }),
          });
          ctx.status = error.status;
          leaveUnlisted(ctx);
        }
      },
    },
    {
      method: "GET",
      path: `${paths.jobs}/:id`,
      purpose: "job page",
      async handle(ctx) {
        const job = await findTold(jobs, ctx);
        const form = forms.get(job.task);
        const may = new Set(ctx.state.visitor.purposes);
        const around = {
          links: jobs.linksTo(job),
          submitter: job.submitter,
          title: wording.titleOf(job.task),
          labelOf: (field: string) => wording.labelOf(job.task, field),
          json: may.has("job") ? job.links.self : undefined,
          live: liveWaysOf(job.links.page),
          site: siteFor(ctx.state.visitor),
          log: job.logged === undefined ? undefined : await jobs.readLog(job.id),
          again: may.has("submit") ? placeOfForm(form) : undefined,
          mayCancel: !isFinal(job) && (await mayCancelAs(jobs, ctx, job)),
          edit: may.has("submit")
            ? offerEdit(
                job,
                form !== undefined,
                `${paths.tasks}/${job.task}?${resubmitField}=${job.id}`,
              )
            : undefined,
          againKey: may.has("submit") && form !== undefined ? randomUUID() : undefined,
        };
        // It has forms, so it must have a referrer; other sites get none from any of our pages.
        leaveUnlisted(ctx);
        sendPage(ctx, await renderJobPage(job, around));
      },
    },
    {
      method: "GET",
      path: `${paths.jobs}/:id/${actions.result}`,
      purpose: "job page",
      async handle(ctx) {
        leaveUnlisted(ctx);
        sendResult(ctx, await findTold(jobs, ctx));
      },
    },
    ...createLiveRoutes(jobs, streamQuota),
    ...createActionRoutes(deps),
    ...createBatchRoutes({
      ...deps,
      store,
      forms,
      wording,
      formOf,
      showForm: (ctx, form, fileProblems) =>
        showForm(ctx, { ...form, idempotencyKey: randomUUID(), fileProblems }),
    }),
  ];
}

/** Of the job's task, if it is still there. */
function placeOfForm(form: Pick<TaskForm, "name"> | undefined): string {
  return form === undefined ? paths.form : `${paths.tasks}/${form.name}`;
}

function sendPage(ctx: ParameterizedContext, page: string): void {
  ctx.type = "html";
  // Going back must fetch a new form, with a new key, rather than show the one that was sent.
  ctx.set("Cache-Control", "no-store");
  ctx.body = page;
}
