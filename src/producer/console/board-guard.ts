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

/** Refuses what of Bull Board nobody has looked at: routes of its API, and all that is no GET. */
export function guardBoard(): Middleware {
  return async function judgeRoute({ method, path }, next) {
    const asked = method === "HEAD" ? "GET" : method;
    const below = path.slice(boardPaths.root.length);
    const isOpen = asked === "GET" && !ofApi.test(below);
    const isKnown = patterns.some((one) => one.method === asked && one.path.test(below));
    if (!isOpen && !isKnown && asked !== "OPTIONS") {
      throw new RequestError(403, `Bull Board's "${asked} ${below}" is not open here`);
    }
    await next();
  };
}
