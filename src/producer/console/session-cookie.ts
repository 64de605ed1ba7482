import type { ParameterizedContext } from "koa";
import { lifetimeMs } from "./sessions.ts";

/** Browsers take the prefix for a promise that only this host, over TLS, has set it. */
const nameOf = (ctx: ParameterizedContext) =>
  ctx.secure ? "__Host-tripod-session" : "tripod-session";

const settings = { httpOnly: true, sameSite: "strict", path: "/", overwrite: true } as const;

export function readSessionCookie(ctx: ParameterizedContext): string | undefined {
  return ctx.cookies.get(nameOf(ctx));
}

export function setSessionCookie(ctx: ParameterizedContext, value: string): void {
  ctx.cookies.set(nameOf(ctx), value, { ...settings, secure: ctx.secure, maxAge: lifetimeMs });
}

export function clearSessionCookie(ctx: ParameterizedContext): void {
  ctx.cookies.set(nameOf(ctx), "", { ...settings, secure: ctx.secure, maxAge: 0 });
}
