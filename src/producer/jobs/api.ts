import { z } from "zod";
import { reportLimits } from "../../contract/job-reports.ts";
import { paths } from "../../contract/paths.ts";
import { idPattern, keyPattern } from "../../queue/job-id.ts";
import { clientOf } from "../../service/client-address.ts";
import type { Tasks } from "../../task/registry.ts";
import { readJson } from "../http/body.ts";
import { createPointer, RequestError } from "../http/errors.ts";
import { respondWithEvents } from "../http/event-stream.ts";
import { describeEvents, events, json, type Parameter, problem, refer } from "../http/operation.ts";
import { refuseIfMatch } from "../http/preconditions.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import { referHeaders } from "../http/response-headers.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { describeLog } from "./job-log.ts";
import { describeJobs } from "./job-schema.ts";
import { endOf, isFinal } from "./job-status.ts";
import type { Jobs } from "./jobs.ts";
import { refuseTwoStarts, startFields, startOf, tellsStart } from "./start-fields.ts";
import { assertKey } from "./submission.ts";
import { describeExamples, describeSubmissions } from "./task-schemas.ts";

export interface JobRoutesDeps {
  readonly jobs: Jobs;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
  readonly streamQuota: StreamQuota;
}

const submissionBody = z
  .strictObject({
    task: z.string(),
    input: z.record(z.string(), z.unknown()),
    ...startFields,
  })
  .superRefine(refuseTwoStarts)
  .transform(({ runAt, delayMs, ...body }) => ({ ...body, start: startOf({ runAt, delayMs }) }));

const id: Parameter = {
  name: "id",
  in: "path",
  required: true,
  description: "The job's id, as it was told when it was submitted.",
  schema: { type: "string", pattern: idPattern.source },
};
const components = describeJobs();
const itsId = { type: "object", required: ["id"], properties: { id: { type: "string" } } };
const jobEvent = describeEvents({ status: refer("Job"), unread: itsId, gone: itsId });
/** Where the id that an answer tells leads on to. */
const ofItsId = { parameters: { id: "$response.body#/id" } };
const unreadable = {
  404: problem("No such job, or its retention is over."),
  503: problem("The queue cannot be read now."),
};

/** The JSON API of jobs. */
export function createJobRoutes({ jobs, tasks, rateLimit, streamQuota }: JobRoutesDeps): Route[] {
  return [
    {
      method: "POST",
      path: paths.api,
      async handle(ctx) {
        await rateLimit.count(ctx, "too many submissions from here");
        refuseIfMatch(ctx.headers["if-match"]);
        // Not `ctx.get`, for which an empty key is none.
        const idempotencyKey = ctx.headers["idempotency-key"]?.toString();
        // Before the body, which a client may hold back until it is asked for it.
        assertKey(idempotencyKey);
        const { job, replayed } = await jobs.submit({
          ...(await readSubmission(ctx)),
          idempotencyKey,
          client: clientOf(ctx.ip),
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
        parameters: [
          {
            name: "Idempotency-Key",
            in: "header",
            description:
              "Sent again with the same input and the same runAt or delayMs, it yields the same job. Random, such as a UUID: who guesses it and the input is told of the job.",
            schema: { type: "string", pattern: keyPattern.source },
          },
        ],
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: refer("Submission"),
              examples: describeExamples(tasks),
            },
          },
        },
        components: { ...components, ...describeSubmissions(tasks) },
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
          403: problem("A browser sent it for another site."),
          409: problem(
            "The Idempotency-Key was used with another input, runAt or delayMs, or what is kept of its job was damaged.",
          ),
          412: problem("There is no version of anything that If-Match could ask for."),
          413: problem("The body is too large."),
          415: problem("The body is not application/json."),
          422: problem(
            "The input does not fit the task, or runAt or delayMs is not usable; errors say where.",
          ),
          429: problem(
            "Too many submissions, or, of kind too_many_unfinished, too many jobs of this client " +
              "that have not ended; see Retry-After.",
          ),
          503: problem("The queue cannot take it now; kind says whether it may have."),
        },
      },
    },
    {
      method: "GET",
      path: `${paths.api}/:id`,
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        ctx.body = await jobs.find(ctx.params["id"]);
      },
      operation: {
        operationId: "getJob",
        tags: ["jobs"],
        summary: "How a job stands.",
        description: "With its result, or why it failed, once it has ended.",
        parameters: [id],
        components,
        responses: {
          200: json("The job.", refer("Job"), {
            links: {
              watch: { operationId: "watchJob", ...ofItsId, description: "Each change." },
              cancel: { operationId: "cancelJob", ...ofItsId, description: "End it." },
              log: { operationId: "getJobLog", ...ofItsId, description: "What it has logged." },
            },
          }),
          ...unreadable,
        },
      },
    },
    {
      method: "POST",
      path: `${paths.api}/:id/cancel`,
      async handle(ctx) {
        await rateLimit.count(ctx, "too many submissions from here");
        refuseIfMatch(ctx.headers["if-match"]);
        const by = { client: clientOf(ctx.ip), context: ctx.state.trace };
        const job = await jobs.cancel(ctx.params["id"], by);
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
          "is an address, that has submitted the job, where the server limits clients.",
        parameters: [id],
        components,
        responses: {
          200: json("The job has ended, now or before, because it was cancelled.", refer("Job")),
          202: json("The job runs, and its worker is told.", refer("Job"), {
            links: {
              read: { operationId: "getJob", ...ofItsId, description: "How it stands." },
              watch: { operationId: "watchJob", ...ofItsId, description: "Each change of it." },
            },
          }),
          403: problem(
            "A browser sent it for another site, or another client has submitted the job.",
          ),
          409: problem("The job has ended by itself."),
          412: problem("There is no version of anything that If-Match could ask for."),
          429: problem("Too many submissions, which this counts as; see Retry-After."),
          404: problem("No such job, or its retention is over."),
          503: problem("The queue cannot take it now; kind says whether it may have."),
        },
      },
    },
    {
      method: "GET",
      path: `${paths.api}/:id/log`,
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        const after = new URLSearchParams(ctx.querystring).get("after");
        ctx.body = await jobs.readLog(ctx.params["id"], readNumber(after));
      },
      operation: {
        operationId: "getJobLog",
        tags: ["jobs"],
        summary: "What a job's task has logged.",
        description:
          `The last ${reportLimits.lines} lines, or ${reportLimits.bytes / 1_024} KB of them. ` +
          "Whoever follows the job asks again when its logged has changed.",
        parameters: [
          id,
          {
            name: "after",
            in: "query",
            description: "The number of a line that is known: only those after it are told.",
            schema: { type: "integer", minimum: 0 },
          },
        ],
        components: describeLog(),
        responses: {
          200: json("Its log.", refer("JobLog")),
          400: problem("after is no number of a line."),
          ...unreadable,
        },
      },
    },
    {
      method: "GET",
      path: `${paths.api}/:id/events`,
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        const job = await jobs.find(ctx.params["id"]);
        // A browser comes back whenever a stream ends, unless it is told that there is no more.
        if (ctx.get("last-event-id") !== "" && ctx.get("last-event-id") === endOf(job)) {
          ctx.status = 204;
          return;
        }
        respondWithEvents(
          ctx,
          streamQuota.open(ctx, () => jobs.watch(job)),
        );
      },
      operation: {
        operationId: "watchJob",
        tags: ["jobs"],
        summary: "How a job stands, pushed at each change.",
        description:
          "Server-sent events until the job has ended or is removed, for ten minutes at most. " +
          "A comment comes at least every four seconds.",
        parameters: [
          id,
          {
            name: "Last-Event-ID",
            in: "header",
            description: "The id of the final event, for who may have seen it.",
            schema: { type: "string" },
          },
        ],
        components: { ...components, JobEvent: jobEvent },
        responses: {
          200: events(
            "Events named status whose data is a Job; only that of a final one has an id. One named " +
              "unread, whose data is its id as {id}, says that it cannot be read now: the next status " +
              "takes it back. If the job " +
              "is removed, an event named gone, whose data is its id as {id}, is the last: do not come " +
              "back after it. Ask again if the stream ends before either, as each does after ten " +
              "minutes, or when the producer stops.",
            "JobEvent",
          ),
          204: { description: "Last-Event-ID is that of the final event: nothing more will come." },
          429: problem("Too many requests or open streams of this client; see Retry-After."),
          ...unreadable,
        },
      },
    },
  ];
}

/** What a query says, as the number of a line. */
function readNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError(400, `after is "${text.slice(0, 60)}", expected the number of a line`);
}

async function readSubmission(ctx: RouteContext) {
  const body = submissionBody.safeParse(await readJson(ctx));
  if (body.success) return body.data;
  const errors = body.error.issues.map(({ path, message }) => ({
    pointer: createPointer(path),
    detail: message,
  }));
  const message = errors.every(tellsStart)
    ? "when to start is not usable"
    : 'expected {"task": "…", "input": {…}}';
  throw new RequestError(422, message, { errors });
}
