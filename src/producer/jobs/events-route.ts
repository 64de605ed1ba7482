import { findSeen } from "../access/seen-jobs.ts";
import { paths } from "../../contract/paths.ts";
import { respondWithEvents } from "../http/event-stream.ts";
import { describeEvents, events, problem, refer } from "../http/operation.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { jobComponents, jobId, unreadable } from "./described-job.ts";
import { endOf } from "./job-status.ts";
import type { Jobs } from "./jobs.ts";

const itsId = { type: "object", required: ["id"], properties: { id: { type: "string" } } };
const jobEvent = describeEvents({ status: refer("Job"), unread: itsId, gone: itsId });

/** Answers with each change of the job; throws as `findSeen` does, and where there are too many streams. */
export async function sendEvents(
  ctx: RouteContext,
  jobs: Jobs,
  streamQuota: StreamQuota,
): Promise<void> {
  ctx.set("Cache-Control", "no-store");
  const job = await findSeen(jobs, ctx);
  // A browser comes back whenever a stream ends, unless it is told that there is no more.
  if (ctx.get("last-event-id") !== "" && ctx.get("last-event-id") === endOf(job)) {
    ctx.status = 204;
    return;
  }
  respondWithEvents(
    ctx,
    streamQuota.open(ctx, () => jobs.watch(job)),
  );
}

/** Pushes each change of a job. */
export function createEventsRoute(jobs: Jobs, streamQuota: StreamQuota): Route {
  return {
    method: "GET",
    path: `${paths.api}/:id/events`,
    purpose: "job",
    handle: (ctx) => sendEvents(ctx, jobs, streamQuota),
    operation: {
      operationId: "watchJob",
      tags: ["jobs"],
      summary: "How a job stands, pushed at each change.",
      description:
        "Server-sent events until the job has ended or is removed, for ten minutes at most. " +
        "A comment comes at least every four seconds.",
      parameters: [
        jobId,
        {
          name: "Last-Event-ID",
          in: "header",
          description: "The id of the final event, for who may have seen it.",
          schema: { type: "string" },
        },
      ],
      components: { ...jobComponents, JobEvent: jobEvent },
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
  };
}
