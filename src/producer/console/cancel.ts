import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import { logFields } from "../../contract/telemetry.ts";
import { clientOf } from "../../service/client-address.ts";
import { extractContext } from "../../telemetry/spans.ts";
import type { Log } from "../../telemetry/log.ts";
import { isFinal } from "../jobs/job-status.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { refuseReadOnly } from "./read-only.ts";

export interface CancelRouteDeps {
  readonly cancel: Jobs["cancel"];
  /** Whether operators can only look. */
  readonly readOnly: boolean;
  readonly user: string;
  readonly log: Log;
}

/** Lets operators cancel any job, also one that a schedule or another job has submitted. */
export function createCancelRouter({ cancel, readOnly, user, log }: CancelRouteDeps): Router {
  const router = new Router({ sensitive: true });
  router.post(`${consolePaths.jobs}/:id/cancel`, async function cancelAny(ctx) {
    refuseReadOnly(readOnly);
    const job = await cancel(ctx.params["id"], {
      client: undefined,
      context: extractContext({}),
    });
    ctx.status = isFinal(job) ? 200 : 202;
    ctx.body = job;
    const about = { [logFields.jobId]: job.id, user, client: clientOf(ctx.ip) };
    log.info(about, "an operator cancelled a job");
  });
  return router;
}
