import type { Middleware } from "koa";
import { boardPaths } from "../../contract/paths.ts";
import { RequestError } from "../http/errors.ts";
import { boardRoutes } from "./board-routes.ts";

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
 * and pages of more jobs than a producer has room for.
 */
export function guardBoard(): Middleware {
  return async function judgeRoute({ method, path, query }, next) {
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
    await next();
  };
}
