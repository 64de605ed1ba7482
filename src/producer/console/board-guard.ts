import type { Middleware } from "koa";
import { boardPaths } from "../../contract/paths.ts";
import { RequestError } from "../http/errors.ts";
import type { AuditTrail } from "./actions/audit-trail.ts";
import { readActor } from "./actions/order.ts";
import { boardRoutes } from "./board-routes.ts";
import type { ConsoleState } from "./login.ts";

const patterns = boardRoutes.map((route) => {
  const [method = "", path = ""] = route.split(" ");
  // In any case, as Bull Board's router takes it.
  return { method, path: new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`, "i") };
});
const ofApi = /^\/api(\/|$)/i;
/** Of one state of one queue: Bull Board reads them all at once, each with its input. */
const maxJobsPerPage = 100;

/**
 * Refuses what of Bull Board nobody has looked at, which is routes of its API, and all that is no GET;
 * and pages of more jobs than a producer has room for. Notes who writes what.
 */
export function guardBoard(audit: Pick<AuditTrail, "record">): Middleware<ConsoleState> {
  return async function judgeRoute(ctx, next) {
    const { method, path, query } = ctx;
    const asked = method === "HEAD" ? "GET" : method;
    const below = path.slice(boardPaths.root.length);
    const isOpen = asked === "GET" && !ofApi.test(below);
    const isKnown = patterns.some((one) => one.method === asked && one.path.test(below));
    if (!isOpen && !isKnown && asked !== "OPTIONS") {
      throw new RequestError(403, `Bull Board's "${asked} ${below}" is not open here`);
    }
    const { jobsPerPage = [] } = query;
    if ([jobsPerPage].flat().some((count) => Number(count) > maxJobsPerPage)) {
      throw new RequestError(
        422,
        `"jobsPerPage" is "${String(jobsPerPage)}", expected ${maxJobsPerPage} at most`,
      );
    }
    if (asked === "GET" || asked === "OPTIONS") {
      await next();
      return;
    }
    const deed = { on: "board", target: `${asked} ${below}`, action: "write" } as const;
    await audit.record(readActor(ctx), deed, next, () =>
      ctx.status < 400
        ? { outcome: "done" }
        : { outcome: "refused", detail: `Bull Board answered with ${ctx.status}` },
    );
  };
}
