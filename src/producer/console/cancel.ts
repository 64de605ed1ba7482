import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import { logFields } from "../../contract/telemetry.ts";
import { clientOf } from "../../service/client-address.ts";
import { extractContext } from "../../telemetry/spans.ts";
import type { Log } from "../../telemetry/log.ts";
import { isFinal } from "../jobs/job-status.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { ConsoleState } from "./login.ts";
import { wantsPage } from "./wants-page.ts";

export interface CancelRouteDeps {
  readonly cancel: Jobs["cancel"];
  readonly log: Log;
}

/** Lets operators cancel any job, also one that a schedule or another job has submitted. */
export function createCancelRouter({ cancel, log }: CancelRouteDeps): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.post(`${consolePaths.jobs}/:id/cancel`, async function cancelAny(ctx) {
    const job = await cancel(ctx.params["id"], {
      client: undefined,
      context: extractContext({}),
    });
    if (wantsPage(ctx)) {
      ctx.redirect(job.links.page);
      ctx.status = 303;
    } else {
      ctx.status = isFinal(job) ? 200 : 202;
      ctx.body = job;
    }
    const about = {
      [logFields.jobId]: job.id,
      user: ctx.state.operator.name,
      client: clientOf(ctx.ip),
    };
    log.info(about, "an operator cancelled a job");
  });
  return router;
}
