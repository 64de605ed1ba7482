import type { Middleware, ParameterizedContext } from "koa";
import { consolePaths } from "../../contract/paths.ts";
import type { Role } from "../../contract/roles.ts";
import type { Account } from "./accounts.ts";
import { challengeBrowser, challengeProgram } from "./challenge.ts";
import type { PasswordCheck } from "./password-check.ts";
import { readSessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { renderWayIn } from "./sign-in-page.ts";

/** Who asks, for whatever is behind the login. */
export interface ConsoleState {
  operator: { readonly name: string; readonly role: Role };
}

export interface LoginDeps {
  readonly passwords: PasswordCheck;
  readonly sessions: Pick<Sessions, "find">;
}

/**
 * Lets in who has signed in, or sends a name and a password along (HTTP basic authentication), as
 * programs do. People who do neither are led to the sign-in page.
 */
export function requireLogin({ passwords, sessions }: LoginDeps): Middleware<ConsoleState> {
  const identify = async (ctx: ParameterizedContext): Promise<Account | undefined> => {
    const [scheme, credentials] = ctx.get("authorization").split(" ", 2);
    if (credentials !== undefined) {
      if (scheme?.toLowerCase() !== "basic") return passwords.refuse(ctx);
      return passwords.check(ctx, Buffer.from(credentials, "base64").toString("utf8"));
    }
    const value = readSessionCookie(ctx);
    return value === undefined ? undefined : sessions.find(value, { isUsed: isByHand(ctx) });
  };
  return async function letIn(ctx, next) {
    const account = await identify(ctx);
    if (account === undefined) {
      if (!mayBeLed(ctx)) challenge(ctx);
      else if (ctx.get("sec-fetch-site") === "cross-site") await askAgain(ctx);
      else leadToSignIn(ctx);
      return;
    }
    ctx.state.operator = { name: account.name, role: account.role };
    await next();
  };
}

/** Whether somebody does it: an open page's script reads again and again, also when nobody is there. */
function isByHand(ctx: ParameterizedContext): boolean {
  const place = ctx.get("sec-fetch-dest");
  return !isRead(ctx) || place === "" || place === "document";
}

function isRead({ method }: ParameterizedContext): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether it is somebody who looks for a page, or sends a form, and has not just tried a password. */
function mayBeLed(ctx: ParameterizedContext): boolean {
  const tried = ctx.get("authorization") !== "";
  return !tried && /\btext\/html\b/.test(ctx.get("accept"));
}

function leadToSignIn(ctx: ParameterizedContext): void {
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(signInFor(ctx));
  ctx.status = 303;
}

/**
 * A browser that follows a link on another site leaves the session's cookie out, along all redirects.
 * By a page of ours it asks as one who is here, and the sign-in page lets it pass.
 */
async function askAgain(ctx: ParameterizedContext): Promise<void> {
  const address = signInFor(ctx);
  ctx.set("Cache-Control", "no-store");
  ctx.set("Refresh", `0; url=${address}`);
  ctx.body = await renderWayIn(address);
  ctx.type = "html";
}

/** Where to sign in for this; what acts is not done then, but its page shows again. */
function signInFor(ctx: ParameterizedContext): string {
  const next = isRead(ctx) ? ctx.url : pageOf(ctx);
  const query = new URLSearchParams({
    ...(next !== consolePaths.home && { next }),
    ...(!isRead(ctx) && { undone: "" }),
  });
  return query.size === 0 ? consolePaths.signIn : `${consolePaths.signIn}?${query.toString()}`;
}

/** The page from which a form was sent, as far as its browser tells. */
function pageOf(ctx: ParameterizedContext): string {
  const page = URL.parse(ctx.get("referer"));
  return page?.host === ctx.host ? `${page.pathname}${page.search}` : consolePaths.home;
}

function challenge(ctx: ParameterizedContext): void {
  // Its cookie stays: a session is refused, too, where its user is not known yet, or for a moment.
  const hadSession = readSessionCookie(ctx) !== undefined;
  // Programs do not tell from which site they ask.
  if (hadSession || ctx.get("sec-fetch-site") !== "") challengeBrowser(ctx);
  else challengeProgram(ctx);
  ctx.body = "a login is needed";
}
