import type { Tasks } from "../../../task/registry.ts";
import { extractContext } from "../../../telemetry/spans.ts";
import { RequestError } from "../../http/errors.ts";
import type { JobOwners } from "../../jobs/job-owners.ts";
import type { JobStatus } from "../../jobs/job-status.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { Receipt, Submission } from "../../jobs/submission.ts";
import { clientOfName } from "../../jobs/submitters.ts";
import type { Task } from "../../../task/task.ts";
import type { Actor } from "./action.ts";
import type { AuditTrail } from "./audit-trail.ts";

export interface ResubmissionParts {
  readonly submit: Jobs["submit"];
  readonly owners: Pick<JobOwners, "resubmitOf">;
  readonly audit: Pick<AuditTrail, "record">;
}

/** A new job that an operator asks for, made from that one. */
export interface Resubmission extends Pick<
  Submission,
  "input" | "start" | "callbackUrl" | "idempotencyKey" | "source" | "pointer" | "wordIssue"
> {
  readonly of: JobStatus;
  readonly actor: Actor;
  readonly reason: string | undefined;
}

/** The task that a job can be made anew for. Throws a 409 `RequestError` where it is not known any more. */
export function findTaskOf({ id, task: name }: JobStatus, tasks: Tasks): Task {
  const task = tasks.get(name);
  if (task !== undefined) return task;
  throw new RequestError(
    409,
    `the task "${name}" of the job "${id}" is not known any more, expected one of: ${[...tasks.keys()].join(", ")}`,
  );
}

/**
 * Makes a new job of an older one's task, which each of the two tells of, and notes who asked for it. It
 * is the operator's own, by name and among whose jobs it counts: whoever has submitted the older one
 * has not asked for it. Throws as `Jobs.submit` does, as `AuditTrail.record`, and a 409 `RequestError`
 * where another job has the unique key of the input: what was edited would be lost without a word.
 */
export function resubmit(
  { submit, owners, audit }: ResubmissionParts,
  { of: job, actor, reason, ...wanted }: Resubmission,
): Promise<Receipt> {
  const act = { by: actor.name, action: "resubmit", ...(reason !== undefined && { reason }) };
  return audit.record(
    actor,
    { on: "job", target: job.id, action: act.action, reason },
    async () => {
      const receipt = await submit({
        ...wanted,
        task: job.task,
        resubmits: { job, act },
        client: clientOfName(actor.name),
        submitter: actor.name,
        context: extractContext({}),
      });
      const isOther = receipt.replayed && (await owners.resubmitOf(receipt.job)) !== job.id;
      if (!isOther) return receipt;
      throw new RequestError(
        409,
        `no new job was made: the job "${receipt.id}" has the unique key of this input, and has not ended`,
      );
    },
    ({ id }) => ({ outcome: "done", detail: `as the job "${id}"` }),
  );
}
