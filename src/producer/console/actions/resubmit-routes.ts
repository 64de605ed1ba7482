import { randomUUID } from "node:crypto";
import type { ParameterizedContext } from "koa";
import { reasonField } from "../../../contract/forms.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { Tasks } from "../../../task/registry.ts";
import { RequestError } from "../../http/errors.ts";
import type { JobStatus } from "../../jobs/job-status.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { FormSubject, TaskForm } from "../../pages/form-page.ts";
import { fillForm, formOfSent, readSentForm } from "../../pages/resubmit-form.ts";
import { createTaskFields } from "../../pages/task-wording.ts";
import type { ConsoleState } from "../login.ts";
import type { ConsoleContext, ConsoleRoute } from "../route.ts";
import { createConsoleSite } from "../site.ts";
import { leadTo } from "../told-once.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { readKeptForm } from "./kept-form.ts";
import { readActor, readBody, readReason } from "./order.ts";
import { readResubmission } from "./resubmit-body.ts";
import { resubmitJob } from "./resubmit-operation.ts";
import { placeOfEdit, renderResubmitPage } from "./resubmit-page.ts";
import { findTaskOf, resubmit } from "./resubmission.ts";

export interface ResubmitRoutesDeps {
  readonly jobs: Pick<Jobs, "find" | "owners">;
  readonly submit: Jobs["submit"];
  readonly tasks: Tasks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** Has operators make a new job from an older one: in its task's form, or by programs. */
export function createResubmitRoutes(
  { jobs, submit, tasks, readOnly }: ResubmitRoutesDeps,
  audit: Pick<AuditTrail, "record">,
): readonly ConsoleRoute[] {
  const parts = { submit, owners: jobs.owners, audit };
  const fieldsOf = createTaskFields(tasks);
  const subjectOf = (job: JobStatus): FormSubject => ({
    name: job.task,
    task: findTaskOf(job, tasks),
    fields: fieldsOf.get(job.task) ?? [],
  });
  const showForm = async (
    ctx: ParameterizedContext<ConsoleState>,
    { id }: JobStatus,
    { form, reason = "" }: { readonly form: TaskForm; readonly reason?: string | undefined },
  ) => {
    const { operator } = ctx.state;
    // Going back must fetch a new form, with a new key, rather than show the one that was sent.
    ctx.set("Cache-Control", "no-store");
    ctx.body = await renderResubmitPage({
      of: id,
      form,
      reason,
      mayAct: operator.role === "operator" && !readOnly,
      site: createConsoleSite(operator),
    });
    ctx.type = "html";
  };

  const edit = async (ctx: ConsoleContext) => {
    const job = await jobs.find(ctx.params["id"]);
    const otherWay = `send it to ${consolePaths.api.jobs}/${job.id}/resubmit here`;
    const form = fillForm(subjectOf(job), job, randomUUID(), otherWay);
    await showForm(ctx, job, { form });
  };

  const sendForm = async (ctx: ConsoleContext) => {
    // Before anything is read that may not be there.
    const { fields, idempotencyKey } = await readKeptForm(ctx);
    const sent = new Map(fields);
    const job = await jobs.find(ctx.params["id"]);
    const subject = subjectOf(job);
    const reason = sent.get(reasonField);
    sent.delete(reasonField);
    try {
      const { id } = await resubmit(parts, {
        of: job,
        actor: readActor(ctx),
        reason: readReason(reason, `/${reasonField}`),
        ...readSentForm(subject, sent),
        idempotencyKey,
        source: "form",
      });
      leadTo(ctx, `${consolePaths.jobs}/${id}`, "job.resubmit");
    } catch (error) {
      if (!(error instanceof RequestError) || error.errors.length === 0) throw error;
      const form = formOfSent(subject, sent);
      const { errors } = error;
      await showForm(ctx, job, {
        form: { ...form, idempotencyKey, sent, errors, resubmitOf: job.id },
        reason,
      });
      ctx.status = error.status;
    }
  };

  const resubmitByProgram = async (ctx: ConsoleContext) => {
    const job = await jobs.find(ctx.params["id"]);
    findTaskOf(job, tasks);
    const receipt = await resubmit(parts, {
      of: job,
      actor: readActor(ctx),
      ...readResubmission(job, await readBody(ctx)),
      // Not `ctx.get`, for which an empty key is none.
      idempotencyKey: ctx.headers["idempotency-key"]?.toString(),
      source: "api",
      pointer: "/input",
    });
    ctx.set("Cache-Control", "no-store");
    if (receipt.replayed) ctx.set("Idempotency-Replayed", "true");
    ctx.status = 202;
    ctx.body = receipt.job;
  };
  return [
    { method: "GET", paths: [placeOfEdit(":id")], handle: edit },
    { method: "POST", paths: [placeOfEdit(":id")], handle: sendForm },
    {
      method: "POST",
      paths: [`${consolePaths.api.jobs}/:id/resubmit`],
      handle: resubmitByProgram,
      operation: resubmitJob,
    },
  ];
}
