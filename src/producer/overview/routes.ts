import type Router from "@koa/router";
import { paths } from "../../contract/topology.ts";
import type { PageState } from "../pages/routes.ts";
import { renderOverviewPage } from "./page.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import type { Overview } from "./overview.ts";

/** The overview of the queue as a whole: a page, and the events that keep it current. */
export function registerOverview(
  router: Router<PageState>,
  { overview, streamQuota }: { readonly overview: Overview; readonly streamQuota: StreamQuota },
): void {
  router.get(paths.overview, async (ctx) => {
    ctx.set("Cache-Control", "no-store");
    ctx.type = "html";
    ctx.body = await renderOverviewPage(await overview.current());
  });

  router.get(paths.overviewEvents, (ctx) => {
    const stream = streamQuota.open(ctx, () => overview.watch(ctx.get("last-event-id")));
    ctx.set("Cache-Control", "no-store");
    ctx.set("X-Accel-Buffering", "no");
    ctx.type = "text/event-stream";
    ctx.body = stream;
  });
}
