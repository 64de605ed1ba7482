import type { Middleware } from "koa";
import { RequestError } from "./errors.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);
const formType = "application/x-www-form-urlencoded";

/**
 * Refuses unsafe requests that a browser made for another site, which would carry the visitor's
 * login along. A client that is no browser says nothing of where it comes from; it may send JSON,
 * which no foreign form can, but no form.
 */
export function sameOrigin(): Middleware {
  return async function requireSameOrigin(ctx, next) {
    if (
      !safe.has(ctx.method) &&
      !isSameOrigin(ctx.get("sec-fetch-site"), ctx.get("origin"), ctx.host)
    ) {
      throw new RequestError(403, "requests from another site are refused");
    }
    if (
      ctx.method === "POST" &&
      isAnonymousForm(ctx.get("sec-fetch-site"), ctx.get("origin"), ctx.is(formType))
    ) {
      throw new RequestError(403, "a form needs an Origin header; programs use the JSON API");
    }
    await next();
  };
}

function isSameOrigin(site: string, origin: string, host: string): boolean {
  if (site !== "") return site === "same-origin" || site === "none";
  return origin === "" || URL.parse(origin)?.host === host;
}

function isAnonymousForm(site: string, origin: string, type: string | false | null): boolean {
  return site === "" && origin === "" && typeof type === "string";
}
