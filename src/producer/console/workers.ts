import Router from "@koa/router";
import { consolePaths } from "../../contract/paths.ts";
import { logFields } from "../../contract/telemetry.ts";
import { orderDrain, orderRelease } from "../../queue/worker-orders.ts";
import { readWorkers } from "../../queue/workers.ts";
import { clientOf } from "../../service/client-address.ts";
import type { Log } from "../../telemetry/log.ts";
import { RequestError } from "../http/errors.ts";
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
  readonly log: Log;
}

const actions = ["drain", "release"] as const;

/**
 * What operators see of the workers, as a page or as JSON for programs, and how they have one take no
 * more jobs, and take jobs again.
 */
export function createWorkerRouter(deps: WorkerRoutesDeps): Router<ConsoleState> {
  const { desks, readOnly, log } = deps;
  // All workers report below the first of the deployment's queues.
  const { ask } = firstDesk(desks);
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.workers, async function listWorkers(ctx) {
    ctx.set("Cache-Control", "no-store");
    const workers = await ask(readWorkers);
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
  router.post(`${consolePaths.workers}/:id/:action`, async function act(ctx) {
    const { id = "", action } = ctx.params;
    const known = actions.find((one) => one === action);
    if (known === undefined) {
      throw new RequestError(
        404,
        `a worker cannot "${action}", expected one of: ${actions.join(", ")}`,
      );
    }
    const { name: user } = ctx.state.operator;
    const isKnown = await ask((home, redis) =>
      known === "drain" ? orderDrain(home, redis, { id, by: user }) : orderRelease(home, redis, id),
    );
    if (!isKnown) throw noSuchWorker(id);
    log.info(
      { [logFields.worker]: id, action, user, client: clientOf(ctx.ip) },
      "an operator acted on a worker",
    );
    if (wantsPage(ctx)) {
      ctx.redirect(consolePaths.workers);
      ctx.status = 303;
      return;
    }
    const worker = (await ask(readWorkers)).find((one) => one.id === id);
    if (worker === undefined) throw noSuchWorker(id);
    ctx.body = tellWorker(worker);
  });
  return router;
}

function noSuchWorker(id: string): RequestError {
  return new RequestError(404, `there is no worker "${id}", or it has long been silent`);
}
