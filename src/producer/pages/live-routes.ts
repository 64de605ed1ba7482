import { paths } from "../../contract/paths.ts";
import { findTold } from "../access/seen-jobs.ts";
import type { Route } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { sendEvents } from "../jobs/events-route.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { liveWaysOf } from "./live-ways.ts";
import { leaveUnlisted } from "./secret-address.ts";

/** What keeps a job's page current: the same as the API tells, for whoever may see the page. */
export function createLiveRoutes(jobs: Jobs, streamQuota: StreamQuota): Route[] {
  const { events, state } = liveWaysOf(`${paths.jobs}/:id`);
  return [
    {
      method: "GET",
      path: events,
      purpose: "job page",
      async handle(ctx) {
        leaveUnlisted(ctx);
        await sendEvents(ctx, jobs, streamQuota);
      },
    },
    {
      method: "GET",
      path: state,
      purpose: "job page",
      async handle(ctx) {
        leaveUnlisted(ctx);
        ctx.set("Cache-Control", "no-store");
        ctx.body = await findTold(jobs, ctx);
      },
    },
  ];
}
