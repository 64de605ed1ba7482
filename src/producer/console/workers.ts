import { consolePaths } from "../../contract/paths.ts";
import { readWorkers } from "../../queue/workers.ts";
import { type Desks, firstDesk } from "../jobs/desk.ts";
import { describeComponent } from "../http/components.ts";
import { json, refer } from "../http/operation.ts";
import type { ConsoleContext, ConsoleRoute } from "./route.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";
import { tellWorker, toldWorker } from "./worker-json.ts";
import { renderWorkersPage } from "./workers-page.ts";

export interface WorkerRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the workers, as a page or as JSON for programs. */
export function createWorkerRoute({ desks, readOnly }: WorkerRoutesDeps): ConsoleRoute {
  const listWorkers = async (ctx: ConsoleContext) => {
    ctx.set("Cache-Control", "no-store");
    // All workers report below the first of the deployment's queues.
    const workers = await firstDesk(desks).ask(readWorkers);
    if (wantsPage(ctx)) {
      const { operator } = ctx.state;
      ctx.body = await renderWorkersPage(workers, {
        readOnly,
        mayAct: operator.role === "operator" && !readOnly,
        site: createConsoleSite(operator),
      });
      ctx.type = "html";
    } else {
      ctx.body = workers.map(tellWorker);
    }
  };
  return {
    method: "GET",
    paths: [consolePaths.workers, consolePaths.api.workers],
    handle: listWorkers,
    operation: {
      operationId: "listWorkers",
      tags: ["workers"],
      summary: "All workers.",
      description: "What runs in the slots of each, and which of them vanished. Times are Redis'.",
      parameters: [],
      components: describeComponent("Worker", toldWorker),
      responses: { 200: json("The workers.", { type: "array", items: refer("Worker") }) },
    },
  };
}
