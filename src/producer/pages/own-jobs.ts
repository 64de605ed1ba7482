import type { ParameterizedContext } from "koa";
import { isJobId } from "../../queue/job-id.ts";

/** Ids of 26 characters, with a point between them: well below the 4 KB that a browser keeps. */
const mostIds = 20;
const lifetimeMs = 30 * 86_400_000;

/**
 * The jobs that somebody has submitted from this browser, the latest first, in a cookie of it alone:
 * no server has to know whose they are, and each can tell. Whoever writes other ids there must know
 * them, and can look at those jobs anyway.
 */
export const ownJobs = {
  read(ctx: ParameterizedContext): string[] {
    const ids = (ctx.cookies.get(nameOf(ctx)) ?? "").split(".").filter(isJobId);
    return [...new Set(ids)].slice(0, mostIds);
  },
  add(ctx: ParameterizedContext, id: string): void {
    const ids = new Set([id, ...ownJobs.read(ctx)]);
    write(ctx, [...ids].slice(0, mostIds).join("."), lifetimeMs);
  },
  clear(ctx: ParameterizedContext): void {
    write(ctx, "", 0);
  },
};

/** Browsers take the prefix for a promise that only this host, over TLS, has set it. */
function nameOf(ctx: ParameterizedContext): string {
  return ctx.secure ? "__Host-tripod-jobs" : "tripod-jobs";
}

function write(ctx: ParameterizedContext, value: string, maxAge: number): void {
  ctx.cookies.set(nameOf(ctx), value, {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    overwrite: true,
    secure: ctx.secure,
    maxAge,
  });
}
