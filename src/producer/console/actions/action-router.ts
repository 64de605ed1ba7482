import Router from "@koa/router";
import { actions } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { RequestError } from "../../http/errors.ts";
import type { ConsoleState } from "../login.ts";
import { leadTo } from "../told-once.ts";
import { wantsPage } from "../wants-page.ts";
import type { Action } from "./action.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { readOrder } from "./order.ts";

/** Where each is, below the console's own paths and below the API's. */
const places = {
  job: [consolePaths.jobs, consolePaths.api.jobs],
  queue: [consolePaths.queues, consolePaths.api.queues],
  schedule: [consolePaths.schedules, consolePaths.api.schedules],
  worker: [consolePaths.workers, consolePaths.api.workers],
} as const satisfies Record<Action["on"], readonly string[]>;

/**
 * Has operators act: forms lead back to a page of what was acted on, and programs get JSON. Each is
 * noted before it is done.
 */
export function createActionRouter(
  all: readonly Action[],
  audit: Pick<AuditTrail, "record">,
): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  for (const action of all) {
    const { on, name, perform } = action;
    for (const base of places[on]) {
      router.post(`${base}/:target/${name}`, async function act(ctx) {
        const order = await readOrder(ctx, ctx.params["target"] ?? "");
        const { actor, target, reason } = order;
        const done = await audit.record(actor, { on, target, action: name, reason }, () =>
          perform(order),
        );
        ctx.set("Cache-Control", "no-store");
        if (base !== places[on][1] && wantsPage(ctx)) {
          leadTo(ctx, done.page, `${on}.${name}`);
        } else {
          ctx.status = done.status ?? 200;
          ctx.body = done.body;
        }
      });
    }
  }
  for (const on of Object.keys(places) as Action["on"][]) {
    const known = Object.keys(actions[on]);
    router.post(
      places[on].map((base) => `${base}/:target/:action`),
      function refuseUnknown(ctx) {
        throw new RequestError(
          404,
          `a ${on} cannot "${ctx.params["action"]}", expected one of: ${known.join(", ")}`,
        );
      },
    );
  }
  return router;
}
