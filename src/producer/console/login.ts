import { createHash, timingSafeEqual } from "node:crypto";
import type { Middleware } from "koa";
import { clientOf } from "../../service/client-address.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { createRateLimit } from "../http/rate-limit.ts";

const failuresPerMinute = 10;
const tooMany = "too many failed logins from here";

/**
 * HTTP basic authentication; a client that fails too often is refused for a minute, right or wrong.
 * The password is read at each request, so that one that was changed holds at once.
 */
export function login({
  user,
  readPassword,
  log,
}: {
  user: string;
  readPassword: () => string;
  log: Log;
}): Middleware {
  const failures = createRateLimit(failuresPerMinute);
  const tellLimited = (client: string) => (error: unknown) => {
    log.warn({ client, ...lineOf("login_limited") }, `login not tried: ${tooMany}`);
    throw error;
  };
  return async function requireLogin(ctx, next) {
    // Named as it is counted, however a proxy writes it.
    const client = clientOf(ctx.ip);
    const [scheme, credentials] = ctx.get("authorization").split(" ", 2);
    const given = Buffer.from(credentials ?? "", "base64").toString("utf8");
    const matches = timingSafeEqual(digest(given), digest(`${user}:${readPassword()}`));
    if (scheme?.toLowerCase() === "basic" && matches) {
      await failures.check(ctx, tooMany).catch(tellLimited(client));
      await next();
      return;
    }
    if (credentials !== undefined) {
      // Counted before anything else can run: guesses that come at once are no more than any others.
      await failures.count(ctx, tooMany).catch(tellLimited(client));
      log.warn({ client, ...lineOf("login_refused") }, "login refused");
    }
    ctx.status = 401;
    ctx.set("WWW-Authenticate", 'Basic realm="Bull Board", charset="UTF-8"');
    ctx.body = "a login is needed";
  };
}

/** Digests have one length, as a comparison in constant time demands. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
