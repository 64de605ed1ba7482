import type { ParameterizedContext } from "koa";
import { RequestError } from "../http/errors.ts";
import type { JobStatus } from "../jobs/job-status.ts";

/** Answers with the job's result as a file of JSON. Throws a 409 `RequestError` for a job that has none. */
export function sendResult(
  ctx: Pick<ParameterizedContext, "set" | "attachment" | "type" | "body">,
  job: JobStatus,
): void {
  if (job.status !== "succeeded") {
    throw new RequestError(
      409,
      `the job "${job.id}" is ${job.status}, expected one that has succeeded`,
    );
  }
  ctx.set("Cache-Control", "no-store");
  ctx.attachment(`${job.task}-${job.id}.json`);
  ctx.type = "json";
  ctx.body = JSON.stringify(job.result ?? null);
}
