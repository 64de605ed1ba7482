import type { ParameterizedContext } from "koa";

/** Answers 401 so that a program learns how to log in. */
export function challengeProgram(ctx: ParameterizedContext): void {
  ctx.status = 401;
  ctx.set("WWW-Authenticate", 'Basic realm="Tripod", charset="UTF-8"');
}

/** Answers 401 by a scheme that no browser knows: for `Basic`, it would ask by itself. */
export function challengeBrowser(ctx: ParameterizedContext): void {
  ctx.status = 401;
  ctx.set("WWW-Authenticate", 'Session realm="Tripod"');
}
