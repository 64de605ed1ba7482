import type { UnavailableKind } from "../../contract/failures.ts";
import type { Middleware, ParameterizedContext } from "koa";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import {
  cutErrorText,
  type FieldError,
  RequestError,
  type RequestKind,
  UnavailableError,
} from "./errors.ts";
import { phraseOf } from "../../service/phrases.ts";

/** An RFC 9457 problem. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly kind?: UnavailableKind | RequestKind;
  readonly errors?: readonly FieldError[];
}

export type RenderProblem = (ctx: ParameterizedContext, problem: Problem) => Promise<string>;

/**
 * Answers every error and every unmatched route: programs get `application/problem+json`, people
 * the page that `renderPage` makes. Nothing of an unexpected error is told but that it happened.
 */
export function errorResponses(log: Log, renderPage: RenderProblem): Middleware {
  return async function answerErrors(ctx, next) {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) {
        throw new RequestError(404, `there is nothing at "${ctx.path}"`);
      }
      if (ctx.status === 405 || ctx.status === 501) {
        // As long as the answer to a GET is what a HEAD tells.
        const method = ctx.method === "HEAD" ? "GET" : ctx.method;
        throw new RequestError(ctx.status, `${method} is not possible at "${ctx.path}"`);
      }
    } catch (error) {
      const answer = problemOf(error);
      if (answer.status === 500)
        log.error({ err: error, ...lineOf("request_failed") }, "request failed");
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
      if (error instanceof RequestError) ctx.set(error.headers);
      ctx.status = answer.status;
      ctx.set("Cache-Control", "no-store");
      if (isOfApi(ctx.path)) {
        ctx.body = JSON.stringify(answer);
        ctx.type = "application/problem+json";
      } else {
        ctx.body = await renderPage(ctx, answer);
        ctx.type = "html";
      }
    }
    ctx.message = phraseOf(ctx.status);
  };
}

/** Paths have case: what is not written like this is a page's, and so is its error. */
export function isOfApi(path: string): boolean {
  return path.startsWith("/api/");
}

/** An error as it is told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof UnavailableError) {
    return { ...problem(error.status, error.message), kind: error.kind };
  }
  if (error instanceof RequestError) {
    const { status, message, kind, errors } = error;
    return {
      ...problem(status, message),
      ...(kind !== undefined && { kind }),
      ...(errors.length > 0 && { errors }),
    };
  }
  if (isClientError(error)) return problem(error.status, cutErrorText(error.message));
  return problem(500, "something went wrong here; it has been logged");
}

function problem(status: number, detail: string): Problem {
  return { type: "about:blank", title: phraseOf(status), status, detail };
}

/** Ours, and those of Koa, its router and its body parsers, such as a path that cannot be decoded. */
function isClientError(error: unknown): error is Error & { status: number } {
  return (
    error instanceof Error &&
    "status" in error &&
    typeof error.status === "number" &&
    error.status >= 400 &&
    error.status < 500
  );
}

export function hasRetryAfter(error: unknown): error is { retryAfterSeconds: number } {
  return (
    (error instanceof UnavailableError || error instanceof RequestError) &&
    error.retryAfterSeconds !== undefined
  );
}
