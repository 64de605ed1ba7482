import { respondWithEvents } from "../http/event-stream.ts";
import type { Route } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import type { Overview } from "./overview.ts";

/** What the API and the page's own script are answered alike. */
export function createAnswers(overview: Overview, streamQuota: StreamQuota) {
  const tellState: Route["handle"] = async (ctx) => {
    ctx.set("Cache-Control", "no-store");
    const after = new URLSearchParams(ctx.querystring).get("after");
    ctx.type = "json";
    ctx.body = await overview.read(after ?? undefined);
  };
  const sendEvents: Route["handle"] = (ctx) => {
    respondWithEvents(
      ctx,
      streamQuota.open(ctx, () => overview.watch(ctx.get("last-event-id"))),
    );
  };
  return { tellState, sendEvents };
}
