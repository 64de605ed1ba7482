import type { ParameterizedContext } from "koa";
import { consolePaths } from "../../contract/paths.ts";

/** Whether somebody does it: an open page's script reads again and again, also when nobody is there. */
export function isByHand(ctx: ParameterizedContext): boolean {
  const place = ctx.get("sec-fetch-dest");
  return !isRead(ctx) || place === "" || place === "document";
}

/** Sends a browser to the sign-in page. */
export function leadToSignIn(ctx: ParameterizedContext): void {
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(signInFor(ctx));
  ctx.status = 303;
}

/** Where to sign in for this; what acts is not done then, but its page shows again. */
export function signInFor(ctx: ParameterizedContext): string {
  const next = isRead(ctx) ? ctx.url : pageOf(ctx);
  const query = new URLSearchParams({
    ...(next !== consolePaths.home && { next }),
    ...(!isRead(ctx) && { undone: "" }),
  });
  return query.size === 0 ? consolePaths.signIn : `${consolePaths.signIn}?${query.toString()}`;
}

function isRead({ method }: ParameterizedContext): boolean {
  return method === "GET" || method === "HEAD";
}

/** The page from which a form was sent, as far as its browser tells. */
function pageOf(ctx: ParameterizedContext): string {
  const page = URL.parse(ctx.get("referer"));
  return page?.host === ctx.host ? `${page.pathname}${page.search}` : consolePaths.home;
}
