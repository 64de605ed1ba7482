import type { ParameterizedContext } from "koa";
import { isOfApi } from "../http/error-responses.ts";

/** Whether somebody looks at it in a browser: programs say nothing, or JSON, and ask the API. */
export function wantsPage(ctx: Pick<ParameterizedContext, "vary" | "accepts" | "path">): boolean {
  if (isOfApi(ctx.path)) return false;
  ctx.vary("Accept");
  return ctx.accepts("json", "html") === "html";
}
