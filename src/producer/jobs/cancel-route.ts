import { paths } from "../../contract/paths.ts";
import { cancelAs, type CancelParts } from "../access/seen-jobs.ts";
import { json, problem, refer } from "../http/operation.ts";
import { refuseIfMatch } from "../http/preconditions.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route } from "../http/route.ts";
import { jobComponents, jobId, noJob, ofItsId } from "./described-job.ts";
import { isFinal } from "./job-status.ts";

/** Cancels a job. */
export function createCancelRoute(parts: CancelParts, rateLimit: RateLimit): Route {
  return {
    method: "POST",
    path: `${paths.api}/:id/cancel`,
    purpose: "cancel",
    async handle(ctx) {
      await rateLimit.count(ctx, "too many submissions from here");
      refuseIfMatch(ctx.headers["if-match"]);
      const job = await cancelAs(parts, ctx);
      ctx.status = isFinal(job) ? 200 : 202;
      if (ctx.status === 200) ctx.set("Cache-Control", "no-store");
      ctx.body = job;
    },
    operation: {
      operationId: "cancelJob",
      tags: ["jobs"],
      summary: "Cancel a job.",
      description:
        "A job that waits ends at once, as failed, with the error_type cancelled_by_user. One that " +
        "runs has its last attempt: its task is told to stop, and it ends so within two seconds, " +
        "unless it has ended by itself before. It may be asked again. It is for the client, which " +
        "is a token's name or an address, that has submitted the job, where the server limits " +
        "clients, and for tokens that operate.",
      parameters: [jobId],
      components: jobComponents,
      responses: {
        200: json("The job has ended, now or before, because it was cancelled.", refer("Job")),
        202: json("The job runs, and its worker is told.", refer("Job"), {
          links: {
            read: { operationId: "getJob", ...ofItsId, description: "How it stands." },
            watch: { operationId: "watchJob", ...ofItsId, description: "Each change of it." },
          },
        }),
        403: problem(
          "A browser sent it for another site, another client has submitted the job, or the token may only look.",
        ),
        409: problem("The job has ended by itself."),
        412: problem("There is no version of anything that If-Match could ask for."),
        429: problem("Too many submissions, which this counts as; see Retry-After."),
        404: noJob,
        503: problem("The queue cannot take it now; kind says whether it may have."),
      },
    },
  };
}
