import { paths } from "../../contract/paths.ts";
import type { Tasks } from "../../task/registry.ts";
import { json, refer } from "../http/operation.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { createBatchRoute } from "./batch-route.ts";
import { createCancelRoute } from "./cancel-route.ts";
import { jobComponents, jobId, ofItsId, unreadable } from "./described-job.ts";
import type { AuditTrail } from "../console/actions/audit-trail.ts";
import { findTold } from "../access/seen-jobs.ts";
import { createEventsRoute } from "./events-route.ts";
import type { Jobs } from "./jobs.ts";
import { createLogRoute } from "./log-route.ts";
import { createSubmitRoute } from "./submit-route.ts";

export interface JobRoutesDeps {
  readonly jobs: Jobs;
  readonly audit: Pick<AuditTrail, "record">;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
  readonly streamQuota: StreamQuota;
}

/** The JSON API of jobs. */
export function createJobRoutes(deps: JobRoutesDeps): Route[] {
  const { jobs, tasks, rateLimit, streamQuota } = deps;
  return [
    createSubmitRoute({ jobs, tasks, rateLimit }),
    createBatchRoute({ jobs, tasks, rateLimit }),
    createReadRoute(jobs),
    createCancelRoute(deps, rateLimit),
    createLogRoute(jobs),
    createEventsRoute(jobs, streamQuota),
  ];
}

/** Tells how a job stands. */
function createReadRoute(jobs: Jobs): Route {
  return {
    method: "GET",
    path: `${paths.api}/:id`,
    purpose: "job",
    async handle(ctx) {
      ctx.set("Cache-Control", "no-store");
      ctx.body = await findTold(jobs, ctx);
    },
    operation: {
      operationId: "getJob",
      tags: ["jobs"],
      summary: "How a job stands.",
      description: "With its result, or why it failed, once it has ended.",
      parameters: [jobId],
      components: jobComponents,
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
  };
}
