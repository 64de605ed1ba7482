import type { Middleware, ParameterizedContext } from "koa";
import { boardPaths, consolePaths } from "../../contract/paths.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { sendsToken } from "../access/token-check.ts";
import { hasRetryAfter, isOfApi, type Problem, problemOf } from "../http/error-responses.ts";
import { RequestError } from "../http/errors.ts";
import { renderErrorPage, retryAfterOf } from "../pages/error-page.ts";
import type { ConsoleState } from "./login.ts";
import { consoleCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { createConsoleSite, strangersSite } from "./site.ts";
import { wantsPage } from "./wants-page.ts";

export interface ErrorAnswersDeps {
  readonly log: Log;
  readonly sessions: Pick<Sessions, "find">;
}

/**
 * Answers every error of the console: people get a page of it, Bull Board's page what it shows, and
 * programs the words. Nothing of an unexpected error is told but that it happened.
 */
export function answerErrors({ log, sessions }: ErrorAnswersDeps): Middleware {
  /** Who has signed in, where a request was refused before anybody looked: they may reach the same as before. */
  const findSignedIn = async (ctx: ParameterizedContext) => {
    const session = consoleCookie.read(ctx);
    if (session === undefined) return undefined;
    return sessions.find(session, { isUsed: false }).catch(() => undefined);
  };
  return async function answerError(ctx, next) {
    try {
      await next();
      const isTold = isOfApi(ctx.path) || wantsPage(ctx);
      if (ctx.status >= 400 && ctx.body == null && isTold) throw refuseWordless(ctx);
    } catch (error) {
      const problem = tellOperators(problemOf(error));
      if (problem.status === 500) {
        log.error({ err: error, ...lineOf("board_failed") }, "the console failed");
      }
      ctx.status = problem.status;
      ctx.set("Cache-Control", "no-store");
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
      if (error instanceof RequestError) ctx.set(error.headers);
      if (sendsToken(ctx) || isOfApi(ctx.path)) {
        ctx.body = JSON.stringify(problem);
        ctx.type = "application/problem+json";
      } else if (wantsPage(ctx)) {
        const state = ctx.state as Partial<ConsoleState>;
        const { operator = problem.status === 403 ? await findSignedIn(ctx) : undefined } = state;
        ctx.body = await renderPageOf(ctx, problem, operator);
        ctx.type = "html";
      } else if (isOfBoard(ctx.path)) {
        ctx.body = wordForBoard(problem);
        ctx.type = "json";
      } else {
        ctx.body = problem.detail;
        ctx.type = "text";
      }
    }
  };
}

/** What operators can do where Redis takes no more. */
function tellOperators({ kind, ...problem }: Problem): Problem {
  if (kind !== "storage_full") return { ...problem, ...(kind !== undefined && { kind }) };
  const detail =
    "the queue has no room left, and takes nothing new; where its memory is full, " +
    "jobs can still be cancelled and deleted";
  return { ...problem, detail };
}

/** Whether a path is Bull Board's. */
export function isOfBoard(path: string): boolean {
  return path === boardPaths.root || path.startsWith(`${boardPaths.root}/`);
}

function refuseWordless({ status, method, path }: ParameterizedContext): RequestError {
  const detail =
    status === 404 ? `there is nothing at "${path}"` : `${method} is not possible at "${path}"`;
  return new RequestError(status, detail);
}

function renderPageOf(
  ctx: ParameterizedContext,
  problem: Problem,
  operator: ConsoleState["operator"] | undefined,
): Promise<string> {
  const { resend } = ctx.state as Partial<ConsoleState>;
  const isRead = ctx.method === "GET" || ctx.method === "HEAD";
  const isOfJob = isRead && ctx.path.startsWith(`${consolePaths.jobs}/`);
  return renderErrorPage(problem, {
    resend,
    attempted: isRead ? (isOfJob ? "job" : "other") : resend === undefined ? "deed" : "submission",
    retryAfter: retryAfterOf(ctx),
    site: operator === undefined ? strangersSite : createConsoleSite(operator),
    back:
      resend === undefined
        ? [consolePaths.home, "Back to the console"]
        : [resend.action, "Back to the form"],
  });
}

/** As Bull Board's page shows it: a title, and what there is to know. */
function wordForBoard({ detail, errors = [] }: Problem): object {
  const details = errors.map((one) => `${one.pointer}: ${one.detail}`);
  return { error: detail, ...(details.length > 0 && { message: details.join("; ") }) };
}
