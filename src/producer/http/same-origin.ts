import type { Middleware } from "koa";
import { RequestError } from "./errors.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);
const formTypes = ["application/x-www-form-urlencoded", "multipart/form-data"];

export interface FormPlaces {
  /** Whether a form sent to this path would be taken; elsewhere it is answered as any other wrong type. */
  readonly takesForms: (path: string) => boolean;
}

/**
 * Refuses unsafe requests that a browser made for another site, which would carry the visitor's
 * login along, and all that are no visit, such as an image's: a page elsewhere makes thousands of
 * them, in its visitor's name. A client that is no browser says nothing of where it comes from; it
 * may send JSON, which no foreign form can, but no form.
 */
export function sameOrigin({ takesForms }: FormPlaces): Middleware {
  return async function requireSameOrigin(ctx, next) {
    const site = ctx.get("sec-fetch-site");
    const isForeign = safe.has(ctx.method)
      ? site === "cross-site" && ctx.get("sec-fetch-dest") !== "document"
      : !isSameOrigin(site, ctx.get("origin"), ctx.host);
    if (isForeign) {
      throw new RequestError(403, "requests from another site are refused");
    }
    const mayBeForm = ctx.method === "POST" && takesForms(ctx.path);
    if (mayBeForm && isAnonymousForm(site, ctx.get("origin"), ctx.is(formTypes))) {
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
