import type { ParameterizedContext } from "koa";
import { clientOf } from "../../service/client-address.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Users } from "../console/users.ts";
import type { TokenHolder } from "../console/users-file.ts";
import { RequestError } from "../http/errors.ts";
import { createRateLimit } from "../http/rate-limit.ts";

const failuresPerMinute = 10;
const tooMany = "too many wrong tokens from here";

export interface TokenCheck {
  /**
   * Who sends the request by its token; nobody's if it has none. Throws a 401 `RequestError` for a
   * token that is nobody's, and a 429 one where an address has sent too many of them. A right token is
   * always taken, whatever else came from there: it cannot be guessed, so that there is nothing to be
   * gained by it, and others behind the same address go on.
   */
  check(ctx: ParameterizedContext): Promise<TokenHolder | undefined>;
  /** Whether the token that let this one in still does. */
  holds(ctx: ParameterizedContext, holder: TokenHolder): boolean;
}

/** What asks for a token, and says what is wrong with one. */
export const bearerChallenge = 'Bearer realm="Tripod"';

export function createTokenCheck(users: Pick<Users, "findToken">, log: Log): TokenCheck {
  const failures = createRateLimit(failuresPerMinute);
  const refuse = async (ctx: ParameterizedContext): Promise<never> => {
    const client = clientOf(ctx.ip);
    try {
      await failures.count(ctx, tooMany);
    } catch (error) {
      log.warn({ client, ...lineOf("login_limited") }, `token refused: ${tooMany}`);
      throw error;
    }
    log.warn({ client, ...lineOf("login_refused") }, "token refused");
    throw new RequestError(401, "the token is not known, or no longer", {
      headers: { "WWW-Authenticate": `${bearerChallenge}, error="invalid_token"` },
    });
  };
  return {
    async check(ctx) {
      const token = readToken(ctx);
      if (token === undefined) return undefined;
      return users.findToken(token) ?? (await refuse(ctx));
    },
    holds(ctx, { name, role, hash }) {
      const now = users.findToken(readToken(ctx) ?? "");
      return now?.name === name && now.role === role && now.hash === hash;
    },
  };
}

/** Whether it is a program that sends a token, known or not. */
export function sendsToken(ctx: ParameterizedContext): boolean {
  return readToken(ctx) !== undefined;
}

/** What follows `Bearer`; an empty text where nothing does. */
function readToken(ctx: ParameterizedContext): string | undefined {
  return /^bearer(?:\s+|$)(.*)$/i.exec(ctx.get("authorization"))?.[1];
}
