import { randomUUID } from "node:crypto";
import { keyField } from "../../contract/forms.ts";
import { paths } from "../../contract/paths.ts";
import { cancelAs, findSeen } from "../access/seen-jobs.ts";
import { readForm } from "../http/body.ts";
import { RequestError } from "../http/errors.ts";
import type { Route } from "../http/route.ts";
import { submitterOf } from "../jobs/submitters.ts";
import { actions } from "./job-actions.ts";
import { ownJobs } from "./own-jobs.ts";
import type { PageRoutesDeps } from "./routes.ts";

const tooMany = "too many submissions from here";

/** What the forms of a job's page ask for. */
export function createActionRoutes({
  jobs,
  audit,
  tasks,
  rateLimit,
}: Pick<PageRoutesDeps, "jobs" | "audit" | "tasks" | "rateLimit">): Route[] {
  return [
    {
      method: "POST",
      path: `${paths.jobs}/:id/${actions.cancel}`,
      purpose: "cancel",
      async handle(ctx) {
        await rateLimit.count(ctx, tooMany);
        await readForm(ctx);
        const job = await cancelAs({ jobs, audit }, ctx);
        ctx.status = 303;
        ctx.redirect(job.links.page);
      },
    },
    {
      method: "POST",
      path: `${paths.jobs}/:id/${actions.again}`,
      async handle(ctx) {
        await rateLimit.count(ctx, tooMany);
        const idempotencyKey = (await readForm(ctx)).get(keyField) ?? randomUUID();
        const found = await findSeen(jobs, ctx);
        const { id, task, status, input } = found;
        if (status !== "failed") {
          throw new RequestError(409, `the job "${id}" is ${status}, expected one that has failed`);
        }
        if (found.record_error !== undefined || !tasks.has(task)) {
          throw new RequestError(409, `nothing is known of the job "${id}" that could run again`);
        }
        ctx.state.resend = {
          action: ctx.path,
          fields: new Map([[keyField, idempotencyKey]]),
          back: `${paths.tasks}/${task}`,
        };
        const { job } = await jobs.submit({
          task,
          input,
          resubmits: { job: found },
          idempotencyKey,
          ...submitterOf(ctx),
          source: "form",
          context: ctx.state.trace,
          pointer: "",
        });
        ownJobs.add(ctx, job.id);
        ctx.status = 303;
        ctx.redirect(job.links.page);
      },
    },
  ];
}
