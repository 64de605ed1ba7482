import type { ParameterizedContext } from "koa";

/** Whether somebody looks at it in a browser: programs say nothing, or JSON. */
export function wantsPage(ctx: Pick<ParameterizedContext, "vary" | "accepts">): boolean {
  ctx.vary("Accept");
  return ctx.accepts("json", "html") === "html";
}
