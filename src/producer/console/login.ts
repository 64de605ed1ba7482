import type { Middleware, ParameterizedContext } from "koa";
import type { Role } from "../../contract/roles.ts";
import { rolesOfTokens } from "../access/rights.ts";
import type { TokenCheck } from "../access/token-check.ts";
import { isOfApi } from "../http/error-responses.ts";
import { RequestError } from "../http/errors.ts";
import type { Resend } from "../http/route.ts";
import { challengeBrowser, challengeProgram } from "./challenge.ts";
import type { PasswordCheck } from "./password-check.ts";
import { consoleCookie as cookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { renderWayIn } from "./sign-in-page.ts";
import type { TokenHolder } from "./users-file.ts";
import { isByHand, leadToSignIn, signInFor } from "./way-in.ts";

/** Who asks, for whatever is behind the login. */
export interface ConsoleState {
  operator: Operator;
  /** What was typed into a form that makes a job, to be sent again where it cannot be taken now. */
  resend?: Resend;
}

interface Operator {
  readonly name: string;
  readonly role: Role;
  /** What was done for them just now, for the page that they were led to. */
  readonly told?: string;
}

export interface LoginDeps {
  readonly passwords: PasswordCheck;
  readonly tokens: TokenCheck;
  readonly sessions: Pick<Sessions, "find">;
}

/**
 * Lets in who has signed in, or sends a token or a name and a password along (HTTP basic
 * authentication), as programs do. People who do neither are led to the sign-in page.
 */
export function requireLogin({ passwords, tokens, sessions }: LoginDeps): Middleware<ConsoleState> {
  const identify = async (ctx: ParameterizedContext): Promise<Operator | undefined> => {
    const holder = await tokens.check(ctx);
    if (holder !== undefined) return operatorOf(holder);
    const [scheme, credentials] = ctx.get("authorization").split(" ", 2);
    if (credentials !== undefined) {
      if (scheme?.toLowerCase() !== "basic") return passwords.refuse(ctx);
      return passwords.check(ctx, Buffer.from(credentials, "base64").toString("utf8"));
    }
    const value = cookie.read(ctx);
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

function operatorOf({ name, role: ofToken }: TokenHolder): Operator {
  const role = rolesOfTokens[ofToken];
  if (role !== undefined) return { name, role };
  throw new RequestError(403, `the token "${name}" may submit alone, expected one that may view`);
}

/** Whether it is somebody who looks for a page, or sends a form, and has not just tried a password. */
function mayBeLed(ctx: ParameterizedContext): boolean {
  const tried = ctx.get("authorization") !== "";
  return !tried && !isOfApi(ctx.path) && /\btext\/html\b/.test(ctx.get("accept"));
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

function challenge(ctx: ParameterizedContext): void {
  // Its cookie stays: a session is refused, too, where its user is not known yet, or for a moment.
  const hadSession = cookie.read(ctx) !== undefined;
  // Programs do not tell from which site they ask.
  if (hadSession || ctx.get("sec-fetch-site") !== "") challengeBrowser(ctx);
  else challengeProgram(ctx);
  if (isOfApi(ctx.path)) throw new RequestError(401, "a login is needed");
  ctx.body = "a login is needed";
}
