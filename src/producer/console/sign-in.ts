import Router from "@koa/router";
import type { ParameterizedContext } from "koa";
import { consolePaths } from "../../contract/paths.ts";
import { readForm } from "../http/body.ts";
import { hasRetryAfter } from "../http/error-responses.ts";
import { RequestError, UnavailableError } from "../http/errors.ts";
import { asSentence } from "../pages/sentence.ts";
import { challengeBrowser } from "./challenge.ts";
import { readNextPath } from "./next-path.ts";
import type { PasswordCheck } from "./password-check.ts";
import type { SessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { renderSignInPage } from "./sign-in-page.ts";

export interface SignInDeps {
  readonly passwords: Pick<PasswordCheck, "check">;
  readonly sessions: Pick<Sessions, "begin" | "find" | "end">;
  readonly cookie: SessionCookie;
  /** What people sign in for, in a sentence. */
  readonly about: string;
}

/** What a place does where people sign in and out; whoever sends a form there comes from these pages. */
export interface SignInPlace {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handle: (ctx: ParameterizedContext) => Promise<void>;
}

/** Where people sign in and out. */
export function createSignInPlaces(deps: SignInDeps): readonly SignInPlace[] {
  const { passwords, sessions, cookie, about } = deps;
  const endSession = async (ctx: ParameterizedContext) => {
    const value = cookie.read(ctx);
    if (value !== undefined) await sessions.end(value);
  };
  const isSignedIn = async (ctx: ParameterizedContext) => {
    const value = cookie.read(ctx);
    if (value === undefined) return false;
    try {
      return (await sessions.find(value, { isUsed: true })) !== undefined;
    } catch (error) {
      if (error instanceof UnavailableError) return false;
      throw error;
    }
  };
  const showForm = async (ctx: ParameterizedContext) => {
    const query = new URLSearchParams(ctx.querystring);
    const next = readNextPath(query.get("next") ?? undefined);
    if (await isSignedIn(ctx)) {
      ctx.set("Cache-Control", "no-store");
      ctx.redirect(next);
      ctx.status = 303;
      return;
    }
    ctx.status = 200;
    await show(ctx, { about, next, ...(query.has("undone") && { problem: undone }) });
  };
  const signIn = async (ctx: ParameterizedContext) => {
    const form = await readForm(ctx);
    const name = form.get("name") ?? "";
    const next = readNextPath(form.get("next"));
    try {
      const account = await passwords.check(ctx, `${name}:${form.get("password") ?? ""}`);
      if (account === undefined) {
        challengeBrowser(ctx);
        const problem = "There is no user of this name and password.";
        await show(ctx, { about, next, name, problem });
        return;
      }
      // Always a new one: nobody else may know its value from before.
      const value = await sessions.begin(account);
      await endSession(ctx);
      cookie.write(ctx, value);
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof UnavailableError)) throw error;
      ctx.status = error.status;
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
      await show(ctx, { about, next, name, problem: explain(error) });
      return;
    }
    ctx.redirect(next);
    ctx.status = 303;
  };
  const signOut = async (ctx: ParameterizedContext) => {
    await endSession(ctx);
    cookie.clear(ctx);
    ctx.redirect(consolePaths.signIn);
    ctx.status = 303;
  };
  return [
    { method: "GET", path: consolePaths.signIn, handle: showForm },
    { method: "POST", path: consolePaths.signIn, handle: signIn },
    { method: "POST", path: consolePaths.signOut, handle: signOut },
  ];
}

/** The same, on the operators' listener. */
export function createSignInRouter(deps: SignInDeps): Router {
  const router = new Router({ sensitive: true });
  for (const { method, path, handle } of createSignInPlaces(deps)) {
    router.register(path, [method], handle);
  }
  return router;
}

const undone = "You had been signed out, so nothing was done. Sign in, and do it again.";

async function show(
  ctx: ParameterizedContext,
  form: Parameters<typeof renderSignInPage>[0],
): Promise<void> {
  ctx.set("Cache-Control", "no-store");
  const { status } = ctx;
  ctx.body = await renderSignInPage(form);
  ctx.type = "html";
  if (form.problem !== undefined) ctx.status = status;
}

function explain(error: RequestError | UnavailableError): string {
  if (error.status !== 429) {
    return "Sessions are kept in Redis, which cannot be reached now. Try again in a moment.";
  }
  const wait = error.retryAfterSeconds ?? 60;
  return `${asSentence(error.message)} Wait ${wait} seconds, and try again.`;
}
