import type { Middleware, ParameterizedContext } from "koa";
import { actions } from "../../contract/actions.ts";
import type { ConsoleState } from "./login.ts";
import { isByHand } from "./way-in.ts";

const cookie = "tripod-done";
/** Whoever is led to a page is there by then, or will not come. */
const keptMs = 60_000;

const sentences: ReadonlyMap<string, string> = new Map(
  Object.entries(actions).flatMap(([on, named]) =>
    Object.entries(named).map(([name, told]) => [`${on}.${name}`, told] as const),
  ),
);

/**
 * Leads a browser to a page of the console, which says once what was done, without a script, too: a
 * target and an action of `actions`, such as `job.retry`.
 */
export function leadTo(ctx: ParameterizedContext, page: string, deed: string): void {
  write(ctx, deed, { path: pathOf(page), maxAge: keptMs });
  ctx.redirect(page);
  ctx.status = 303;
}

/** Has the page that somebody was led to say what was done; the same page, loaded again, does not. */
export function tellOnce(): Middleware<ConsoleState> {
  return async function tell(ctx, next) {
    const told = sentences.get(ctx.cookies.get(cookie) ?? "");
    if (ctx.method === "GET" && told !== undefined && isByHand(ctx)) {
      write(ctx, "", { path: ctx.path, maxAge: 0 });
      ctx.state.operator = { ...ctx.state.operator, told };
    }
    await next();
  };
}

/** Only that page gets it: one that another tab keeps current would use it up. */
function write(
  ctx: ParameterizedContext,
  value: string,
  { path, maxAge }: { readonly path: string; readonly maxAge: number },
): void {
  ctx.cookies.set(cookie, value, {
    httpOnly: true,
    sameSite: "strict",
    overwrite: true,
    secure: ctx.secure,
    path,
    maxAge,
  });
}

function pathOf(page: string): string {
  return page.split("?", 1)[0] ?? page;
}
