import type { Middleware } from "koa";

/** Gives an error without a body its status in words: Koa does so itself, but tells a HEAD no length of it. */
export function answerWordless(): Middleware {
  return async function answerInWords(ctx, next) {
    await next();
    if (ctx.status < 400 || ctx.body != null) return;
    const { status, message } = ctx;
    ctx.body = message;
    ctx.status = status;
  };
}
