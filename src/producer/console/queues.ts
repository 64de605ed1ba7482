import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import type { Desks } from "../jobs/desk.ts";
import type { ConsoleState } from "./login.ts";
import { renderQueuesPage } from "./queues-page.ts";
import { readQueueStanding, tellQueue } from "./queue-standing.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";

export interface QueueRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the queues, as a page or as JSON for programs. */
export function createQueueRouter({ desks, readOnly }: QueueRoutesDeps): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.queues, async function listQueues(ctx) {
    ctx.set("Cache-Control", "no-store");
    const told = (await Promise.all([...desks.values()].map(readQueueStanding))).map(tellQueue);
    if (!wantsPage(ctx)) {
      ctx.body = told;
      return;
    }
    const { operator } = ctx.state;
    ctx.body = await renderQueuesPage(told, {
      mayAct: operator.role === "operator" && !readOnly,
      site: createConsoleSite(operator),
    });
    ctx.type = "html";
  });
  return router;
}
