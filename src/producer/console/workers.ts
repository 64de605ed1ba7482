import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import { readWorkers } from "../../queue/workers.ts";
import { type Desks, firstDesk } from "../jobs/desk.ts";
import type { ConsoleState } from "./login.ts";
import { createConsoleSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";
import { tellWorker } from "./worker-json.ts";
import { renderWorkersPage } from "./workers-page.ts";

export interface WorkerRoutesDeps {
  readonly desks: Desks;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** What operators see of the workers, as a page or as JSON for programs. */
export function createWorkerRouter(deps: WorkerRoutesDeps): Router<ConsoleState> {
  const { desks, readOnly } = deps;
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.workers, async function listWorkers(ctx) {
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
  });
  return router;
}
