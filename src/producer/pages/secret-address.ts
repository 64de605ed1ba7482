import type { ParameterizedContext } from "koa";

/** Of a page whose address is all that one needs to see it: no search engine and no link tells it on. */
export function keepSecret(ctx: ParameterizedContext): void {
  leaveUnlisted(ctx);
  // A form sent from such a page would come from "null", so it must have none.
  ctx.set("Referrer-Policy", "no-referrer");
}

/** Of a page that no search engine is to list; other sites are told nothing of where it is, either. */
export function leaveUnlisted(ctx: ParameterizedContext): void {
  ctx.set("X-Robots-Tag", "noindex");
}
