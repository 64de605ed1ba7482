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
import { clearSessionCookie, readSessionCookie, setSessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { renderSignInPage } from "./sign-in-page.ts";

export interface SignInDeps {
  readonly passwords: Pick<PasswordCheck, "check">;
  readonly sessions: Pick<Sessions, "begin" | "find" | "end">;
}

/** Where people sign in and out; whoever sends a form here comes from these pages. */
export function createSignInRouter({ passwords, sessions }: SignInDeps): Router {
  const router = new Router({ sensitive: true });
  const endSession = async (ctx: ParameterizedContext) => {
    const value = readSessionCookie(ctx);
    if (value !== undefined) await sessions.end(value);
  };
  const isSignedIn = async (ctx: ParameterizedContext) => {
    const value = readSessionCookie(ctx);
    if (value === undefined) return false;
    try {
      return (await sessions.find(value, { isUsed: true })) !== undefined;
    } catch (error) {
      if (error instanceof UnavailableError) return false;
      throw error;
    }
  };
  router.get(consolePaths.signIn, async function showForm(ctx) {
    const query = new URLSearchParams(ctx.querystring);
    const next = readNextPath(query.get("next") ?? undefined);
    if (await isSignedIn(ctx)) {
      ctx.set("Cache-Control", "no-store");
      ctx.redirect(next);
      ctx.status = 303;
      return;
    }
    ctx.status = 200;
    await show(ctx, { next, ...(query.has("undone") && { problem: undone }) });
  });
  router.post(consolePaths.signIn, async function signIn(ctx) {
    const form = await readForm(ctx);
    const name = form.get("name") ?? "";
    const next = readNextPath(form.get("next"));
    try {
      const account = await passwords.check(ctx, `${name}:${form.get("password") ?? ""}`);
      if (account === undefined) {
        challengeBrowser(ctx);
        await show(ctx, { next, name, problem: "There is no user of this name and password." });
        return;
      }
      // Always a new one: nobody else may know its value from before.
      const value = await sessions.begin(account);
      await endSession(ctx);
      setSessionCookie(ctx, value);
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof UnavailableError)) throw error;
      ctx.status = error.status;
      if (hasRetryAfter(error)) ctx.set("Retry-After", String(error.retryAfterSeconds));
      await show(ctx, { next, name, problem: explain(error) });
      return;
    }
    ctx.redirect(next);
    ctx.status = 303;
  });
  router.post(consolePaths.signOut, async function signOut(ctx) {
    await endSession(ctx);
    clearSessionCookie(ctx);
    ctx.redirect(consolePaths.signIn);
    ctx.status = 303;
  });
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
