import { type Context, trace } from "@opentelemetry/api";
import { logFields, spanAttributes } from "../../contract/telemetry.ts";
import { type Cancellation, cancelJob } from "../../queue/cancellation.ts";
import type { JobAct } from "../../queue/job-acts.ts";
import type { Tasks } from "../../task/registry.ts";
import { createCancellationReport } from "../../telemetry/cancelled-jobs.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import { trailOf } from "../../telemetry/spans.ts";
import { RequestError } from "../http/errors.ts";
import type { Desk } from "./desk.ts";
import type { JobStatus } from "./job-status.ts";

export interface CancelDeps {
  readonly tasks: Tasks;
  readonly metrics: ProducerMetrics;
  readonly log: Log;
}

/**
 * Cancels a job of that queue, and counts and logs it. Once it returns, Redis knows of it for good.
 * Throws an `UnavailableError` where Redis did not take it, or may not have.
 */
export async function cancel(
  { tasks, metrics, log }: CancelDeps,
  { name: queue, ask }: Pick<Desk, "name" | "ask">,
  {
    id,
    task,
    context,
    act,
  }: Pick<JobStatus, "id" | "task"> & {
    readonly context: Context;
    readonly act?: JobAct | undefined;
  },
): Promise<Cancellation["kind"]> {
  const found = await ask((asked, redis) => cancelJob(asked, redis, id, act));
  const span = trace.getSpan(context);
  const trail = span === undefined ? {} : trailOf(span);
  if (found.kind === "cancelled") {
    createCancellationReport(queue, { tasks, metrics, log })(found.job, trail);
  } else if (found.kind === "running") {
    const known = tasks.has(task) ? task : "_OTHER";
    log.info(
      {
        ...trail,
        [logFields.jobId]: id,
        [logFields.task]: known,
        ...lineOf("job_cancelled"),
      },
      "job is cancelled while it runs",
    );
  }
  span?.addEvent("job cancelled", {
    [spanAttributes.queue]: queue,
    [spanAttributes.jobId]: id,
    [spanAttributes.found]: found.kind,
  });
  return found.kind;
}

/** Whether it has ended because somebody cancelled it. */
export function isCancelled(job: JobStatus): boolean {
  return job.status === "failed" && job.error_type === "cancelled_by_user";
}

/** Of a job that has ended by itself: nothing of it is left to be cancelled. */
export function refuseEnded({ id, status }: JobStatus): RequestError {
  return new RequestError(
    409,
    `the job "${id}" has ${status} already, expected one that has not ended`,
  );
}

/** Of a job of another client. */
export function refuseStranger({ id }: JobStatus): RequestError {
  return new RequestError(
    403,
    `the job "${id}" was submitted from elsewhere, and can be cancelled from there alone`,
  );
}
