import { callbackLimits } from "../../contract/callbacks.ts";
import { isCancelled } from "../jobs/cancellation.ts";
import type { JobStatus } from "../jobs/job-status.ts";

/** Told with each message; it changes where a receiver would have to. */
const version = 1;

/** Of what is kept of a job in case that it is gone before its callback is delivered, in characters. */
const keptError = 1_000;

/** What a callback says of a job that has ended, as JSON. */
export function formatMessage(job: JobStatus): string {
  const whole = format(job, { ...job, callback: undefined });
  if (Buffer.byteLength(whole) <= callbackLimits.bodyBytes) return whole;
  return summarizeMessage(job);
}

/** The same without what may be large: `omitted` says what that is. */
export function summarizeMessage(job: JobStatus): string {
  const { id, task, queue, status, created_at, started_at, finished_at, attempts, links } = job;
  const failure = job.status === "failed" && {
    error_type: job.error_type,
    error: job.error.slice(0, keptError).toWellFormed(),
  };
  const told = { id, task, queue, status, ...failure, created_at, started_at, finished_at };
  const omitted = ["input", ...(status === "succeeded" ? ["result"] : []), "history"];
  return format(job, { ...told, attempts, links, omitted });
}

function format(job: JobStatus, data: object): string {
  return JSON.stringify({
    type: `job.${isCancelled(job) ? "cancelled" : job.status}`,
    version,
    timestamp: job.finished_at,
    data,
  });
}
