import type { Middleware } from "koa";

/** Of another site, which the page's Content-Security-Policy would not let in anyway. */
const foreignLink = /<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>/g;

/**
 * Takes links to other sites' files out of pages: Bull Board asks one for its font, which would tell
 * a stranger who is looking.
 */
export function ownFilesOnly(): Middleware {
  return async function removeForeignLinks(ctx, next) {
    await next();
    if (ctx.type === "text/html" && typeof ctx.body === "string") {
      ctx.body = ctx.body.replaceAll(foreignLink, "");
    }
  };
}
