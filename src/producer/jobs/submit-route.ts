import { paths } from "../../contract/paths.ts";
import type { Tasks } from "../../task/registry.ts";
import { findResubmitted } from "../access/seen-jobs.ts";
import { readJson } from "../http/body.ts";
import { json, problem, refer } from "../http/operation.ts";
import { refuseIfMatch } from "../http/preconditions.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import { referHeaders } from "../http/response-headers.ts";
import type { Route } from "../http/route.ts";
import { jobComponents, ofItsId } from "./described-job.ts";
import type { Jobs } from "./jobs.ts";
import { assertKey } from "./submission.ts";
import { submitterOf } from "./submitters.ts";
import { readSubmission } from "./submission-body.ts";
import { describeExamples, describeSubmissions, keyHeader } from "./task-schemas.ts";

/** Queues a job. */
export function createSubmitRoute({
  jobs,
  tasks,
  rateLimit,
}: {
  readonly jobs: Jobs;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
}): Route {
  return {
    method: "POST",
    path: paths.api,
    async handle(ctx) {
      await rateLimit.count(ctx, "too many submissions from here");
      refuseIfMatch(ctx.headers["if-match"]);
      // Not `ctx.get`, for which an empty key is none.
      const idempotencyKey = ctx.headers["idempotency-key"]?.toString();
      // Before the body, which a client may hold back until it is asked for it.
      assertKey(idempotencyKey);
      const { said, resubmitOf } = readSubmission(await readJson(ctx));
      const older = { id: resubmitOf, task: said.task, pointer: "/resubmit_of" };
      const { job, replayed } = await jobs.submit({
        ...said,
        resubmits: await findResubmitted(jobs, ctx, older),
        idempotencyKey,
        ...submitterOf(ctx),
        source: "api",
        context: ctx.state.trace,
        pointer: "/input",
      });
      ctx.status = 202;
      ctx.set("Location", job.links.self);
      if (replayed) ctx.set("Idempotency-Replayed", "true");
      ctx.body = job;
    },
    operation: {
      operationId: "submitJob",
      tags: ["jobs"],
      summary: "Queue a job.",
      description: "An id answered with 202 is durable: the job is in Redis, on disk.",
      parameters: [keyHeader],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: refer("Submission"),
            examples: describeExamples(tasks),
          },
        },
      },
      components: { ...jobComponents, ...describeSubmissions(tasks) },
      responses: {
        202: json(
          "The job is queued, or was before: by this Idempotency-Key, or as the one unfinished job that its task allows for such an input. Of the latter, an Idempotency-Key that was sent stays free.",
          refer("Job"),
          {
            headers: referHeaders("Location", "Idempotency-Replayed"),
            links: {
              read: { operationId: "getJob", ...ofItsId, description: "How it stands." },
              watch: { operationId: "watchJob", ...ofItsId, description: "Each change of it." },
            },
          },
        ),
        400: problem(
          "The body is no usable JSON, the Idempotency-Key is none, or a number would not come " +
            "back as it was sent; errors then say which.",
        ),
        403: problem("A browser sent it for another site, or the token may only look."),
        409: problem(
          "The Idempotency-Key was used with another input, runAt, delayMs or resubmit_of, or what is kept of its job was damaged.",
        ),
        412: problem("There is no version of anything that If-Match could ask for."),
        413: problem("The body is too large."),
        415: problem("The body is not application/json."),
        422: problem(
          "The input does not fit the task, runAt or delayMs is not usable, or there is no such job of the task as resubmit_of; errors say where.",
        ),
        429: problem(
          "Too many submissions, or, of kind too_many_unfinished, too many jobs of this client " +
            "that have not ended; see Retry-After.",
        ),
        503: problem("The queue cannot take it now; kind says whether it may have."),
      },
    },
  };
}
