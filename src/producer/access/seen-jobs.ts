import { clientOf } from "../../service/client-address.ts";
import type { AuditTrail } from "../console/actions/audit-trail.ts";
import { RequestError } from "../http/errors.ts";
import type { RouteContext } from "../http/route.ts";
import type { JobStatus } from "../jobs/job-status.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Resubmits } from "../jobs/resubmission.ts";

export interface CancelParts {
  readonly jobs: Jobs;
  readonly audit: Pick<AuditTrail, "record">;
}

/** What is asked of a job by whoever it is. */
type Request = Pick<RouteContext, "params" | "state">;

/**
 * The job that a request is about. Throws a 404 `RequestError` where there is none, or none that the
 * visitor is told of, without saying which.
 */
export async function findSeen(jobs: Jobs, { params, state }: Request): Promise<JobStatus> {
  const { id } = params;
  const { sees, name, client } = state.visitor;
  if (sees === "known") return jobs.find(id);
  const job = await findKept(jobs, id);
  const isSeen =
    job !== undefined &&
    ((await jobs.owners.isToldTo(job, client)) || (await isMadeFromOwn(jobs, job, client)));
  if (isSeen) return job;
  throw new RequestError(
    404,
    `there is no job "${id}" that "${name}" has submitted, or it is no longer kept`,
  );
}

async function findKept(jobs: Jobs, id: string | undefined): Promise<JobStatus | undefined> {
  return jobs.find(id).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 404) return undefined;
    throw error;
  });
}

/** Whether it was made from a job of theirs, as by an operator: that one tells them of its id. */
async function isMadeFromOwn(jobs: Jobs, job: JobStatus, client: string): Promise<boolean> {
  const id = await jobs.owners.resubmitOf(job);
  const older = id === undefined ? undefined : await findKept(jobs, id);
  return older !== undefined && jobs.owners.isOf(older, client);
}

/**
 * The same, with who has submitted it, from whose input it was made, and which were made from its
 * own, where the visitor may know.
 */
export async function findTold(jobs: Jobs, request: Request): Promise<JobStatus> {
  const seen = await findSeen(jobs, request);
  const { name, client, cancels, knowsSubmitters } = request.state.visitor;
  const isLinked = seen.resubmitted !== undefined || seen.resubmission === true;
  const asksWhose = name !== undefined || isLinked;
  const isOwn = asksWhose && (await jobs.owners.isOf(seen, client));
  const isKin = isLinked && (isOwn || cancels === "any");
  const job = isKin ? await jobs.tellResubmissions(seen) : seen;
  if (name === undefined || !(isOwn || knowsSubmitters === true)) return job;
  const submitter = await jobs.owners.submitterOf(job);
  return submitter === undefined ? job : { ...job, submitter };
}

/** Whether the visitor may cancel that job. */
export async function mayCancelAs(
  jobs: Jobs,
  { state }: Pick<RouteContext, "state">,
  job: JobStatus,
): Promise<boolean> {
  const { purposes, cancels, client } = state.visitor;
  if (!purposes.includes("cancel")) return false;
  return cancels === "any" || jobs.mayCancel(job, client);
}

/**
 * Cancels it, and throws as `Jobs` does, and as `findSeen`. What an operator does to a job of others is
 * noted as on the console.
 */
export async function cancelAs(
  { jobs, audit }: CancelParts,
  request: Request & { readonly ip: string },
): Promise<JobStatus> {
  const { cancels, client, name } = request.state.visitor;
  const job = await findSeen(jobs, request);
  const { id } = job;
  const context = request.state.trace;
  if (cancels !== "any" || name === undefined || (await jobs.owners.isOf(job, client))) {
    return jobs.cancel(id, { client: cancels === "any" ? undefined : client, context });
  }
  const actor = { name, role: "operator", from: clientOf(request.ip) } as const;
  const deed = { on: "job", target: id, action: "cancel" } as const;
  const act = { by: name, action: deed.action };
  return audit.record(actor, deed, () => jobs.cancel(id, { client: undefined, context, act }));
}

/**
 * The job of a task that another one is to be made from, as far as one is named. Throws a 422
 * `RequestError` for one that `findSeen` does not find, and for one of another task.
 */
export async function findResubmitted(
  jobs: Jobs,
  { state }: Pick<RouteContext, "state">,
  { id, task, pointer }: { id: string | undefined; task: string; pointer: string },
): Promise<Resubmits | undefined> {
  if (id === undefined) return undefined;
  const refuse = (detail: string) =>
    new RequestError(422, detail, { errors: [{ pointer, detail }] });
  const job = await findSeen(jobs, { params: { id }, state }).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 404) throw refuse(error.message);
    throw error;
  });
  if (job.task === task) return { job };
  throw refuse(`the job "${id}" is one of the task "${job.task}", expected one of "${task}"`);
}
