import type { Middleware } from "koa";
import { RequestError } from "./errors.ts";

/**
 * Heeds `If-Match` (RFC 9110, 13.1.1) wherever something can be read: who asks for a version that
 * this is not is answered 412. What has no ETag has no version that could be asked for.
 */
export function preconditions(): Middleware {
  return async function heedIfMatch(ctx, next) {
    await next();
    const wanted = ctx.headers["if-match"];
    if (wanted === undefined || (ctx.method !== "GET" && ctx.method !== "HEAD")) return;
    const isGiven = ctx.status >= 200 && ctx.status < 300;
    if (isGiven && !matches(wanted, ctx.response.headers["etag"]?.toString() ?? "")) throw refuse();
  };
}

/** Of a place that nobody can read, so that it has no version, not even any. */
export function refuseIfMatch(wanted: string | undefined): void {
  if (wanted !== undefined) throw refuse();
}

function refuse(): RequestError {
  return new RequestError(412, "this is not the version that If-Match asks for");
}

/** Compared strongly: a weak tag is like no other. */
function matches(wanted: string, etag: string): boolean {
  if (wanted.trim() === "*") return true;
  const tags: readonly string[] = wanted.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return !etag.startsWith("W/") && tags.includes(etag);
}
