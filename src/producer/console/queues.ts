import { consolePaths } from "../../contract/paths.ts";
import type { Desks } from "../jobs/desk.ts";
import { describeComponent } from "../http/components.ts";
import { json, refer } from "../http/operation.ts";
import { renderQueuesPage } from "./queues-page.ts";
import { readQueueStanding, tellQueue, toldQueue } from "./queue-standing.ts";
import type { ConsoleContext, ConsoleRoute } from "./route.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";

export interface QueueRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the queues, as a page or as JSON for programs. */
export function createQueueRoute({ desks, readOnly }: QueueRoutesDeps): ConsoleRoute {
  const listQueues = async (ctx: ConsoleContext) => {
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
  };
  return {
    method: "GET",
    paths: [consolePaths.queues, consolePaths.api.queues],
    handle: listQueues,
    operation: {
      operationId: "listQueues",
      tags: ["queues"],
      summary: "All queues.",
      description: "What waits in each, what holds it back, and who has paused it.",
      parameters: [],
      components: describeComponent("Queue", toldQueue),
      responses: { 200: json("The queues.", { type: "array", items: refer("Queue") }) },
    },
  };
}
