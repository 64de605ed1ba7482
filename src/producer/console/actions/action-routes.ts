import { actions } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { RequestError } from "../../http/errors.ts";
import type { ConsoleRoute } from "../route.ts";
import { leadTo } from "../told-once.ts";
import { wantsPage } from "../wants-page.ts";
import type { Action } from "./action.ts";
import { describeAction } from "./action-operation.ts";
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
export function createActionRoutes(
  all: readonly Action[],
  audit: Pick<AuditTrail, "record">,
): readonly ConsoleRoute[] {
  const acting = all.map((action): ConsoleRoute => {
    const { on, name, perform } = action;
    return {
      method: "POST",
      paths: places[on].map((base) => `${base}/:id/${name}`),
      async handle(ctx) {
        const order = await readOrder(ctx, ctx.params["id"] ?? "");
        const { actor, target, reason } = order;
        const done = await audit.record(actor, { on, target, action: name, reason }, () =>
          perform(order),
        );
        ctx.set("Cache-Control", "no-store");
        if (wantsPage(ctx)) {
          leadTo(ctx, done.page, `${on}.${name}`);
        } else {
          ctx.status = done.status ?? 200;
          ctx.body = done.body;
        }
      },
      operation: describeAction(action),
    };
  });
  const refusing = (Object.keys(places) as Action["on"][]).map((on): ConsoleRoute => ({
    method: "POST",
    paths: places[on].map((base) => `${base}/:id/:action`),
    handle(ctx) {
      const known = Object.keys(actions[on]).join(", ");
      throw new RequestError(
        404,
        `a ${on} cannot "${ctx.params["action"]}", expected one of: ${known}`,
      );
    },
  }));
  return [...acting, ...refusing];
}
