import type { ParameterizedContext } from "koa";
import { lifetimeMs } from "./sessions.ts";

/** Where a browser keeps the secret of its session. */
export interface SessionCookie {
  read(ctx: ParameterizedContext): string | undefined;
  write(ctx: ParameterizedContext, value: string): void;
  clear(ctx: ParameterizedContext): void;
}

/**
 * A cookie of that name, for browsers send what one port has set to all ports of the host. With `lax`
 * it also comes along where somebody follows a link from elsewhere.
 */
function createSessionCookie(name: string, sameSite: "strict" | "lax"): SessionCookie {
  // Browsers take the prefix for a promise that only this host, over TLS, has set it.
  const nameOf = (ctx: ParameterizedContext) => (ctx.secure ? `__Host-${name}` : name);
  const set = (ctx: ParameterizedContext, value: string, maxAge: number) =>
    ctx.cookies.set(nameOf(ctx), value, {
      httpOnly: true,
      sameSite,
      path: "/",
      overwrite: true,
      secure: ctx.secure,
      maxAge,
    });
  return {
    read: (ctx) => ctx.cookies.get(nameOf(ctx)),
    write: (ctx, value) => void set(ctx, value, lifetimeMs),
    clear: (ctx) => void set(ctx, "", 0),
  };
}

/** Of the operators' listener. */
export const consoleCookie = createSessionCookie("tripod-session", "strict");
/** Of the public one. */
export const publicCookie = createSessionCookie("tripod-visit", "lax");
