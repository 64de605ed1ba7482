import { reportLimits } from "../../contract/job-reports.ts";
import { findSeen } from "../access/seen-jobs.ts";
import { paths } from "../../contract/paths.ts";
import { RequestError } from "../http/errors.ts";
import { json, problem, refer } from "../http/operation.ts";
import type { Route } from "../http/route.ts";
import { jobId, unreadable } from "./described-job.ts";
import { describeLog } from "./job-log.ts";
import type { Jobs } from "./jobs.ts";

/** Tells what a job's task has logged. */
export function createLogRoute(jobs: Jobs): Route {
  return {
    method: "GET",
    path: `${paths.api}/:id/log`,
    purpose: "job",
    async handle(ctx) {
      ctx.set("Cache-Control", "no-store");
      const after = new URLSearchParams(ctx.querystring).get("after");
      const { id } = await findSeen(jobs, ctx);
      ctx.body = await jobs.readLog(id, readNumber(after));
    },
    operation: {
      operationId: "getJobLog",
      tags: ["jobs"],
      summary: "What a job's task has logged.",
      description:
        `The last ${reportLimits.lines} lines, or ${reportLimits.bytes / 1_024} KB of them. ` +
        "Whoever follows the job asks again when its logged has changed.",
      parameters: [
        jobId,
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
  };
}

/** What a query says, as the number of a line. */
function readNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError(400, `after is "${text.slice(0, 60)}", expected the number of a line`);
}
