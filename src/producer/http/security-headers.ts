import { promisify } from "node:util";
import helmet from "helmet";
import type { Middleware } from "koa";

type Directives = Readonly<Record<string, readonly string[]>>;

const nobody = ["'none'"];
const ourselves = ["'self'"];

/** For our own pages: our own files only, and no inline script or style at all. */
const pages: Directives = {
  "default-src": nobody,
  "script-src": ourselves,
  "style-src": ourselves,
  "img-src": [...ourselves, "data:"],
  "connect-src": ourselves,
  "form-action": ourselves,
  "base-uri": nobody,
  "frame-ancestors": nobody,
  "object-src": nobody,
};

/** Bull Board sets styles inline and finds its deep links through a `<base>` element. */
const board: Directives = {
  ...pages,
  "style-src": [...ourselves, "'unsafe-inline'"],
  "font-src": [...ourselves, "data:"],
  "base-uri": ourselves,
};

const policies = { pages, board };

/** Forms come from no origin where there is no referrer at all; addresses in the console are secrets. */
const referrers = { pages: "same-origin", board: "no-referrer" } as const;

/** Content-Security-Policy and its kin. Nothing that needs TLS: that would break plain HTTP. */
export function securityHeaders(policy: keyof typeof policies): Middleware {
  const setHeaders = promisify(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: policies[policy] },
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
      originAgentCluster: false,
      referrerPolicy: { policy: referrers[policy] },
      frameguard: { action: "deny" },
    }),
  );
  return async ({ req, res }, next) => {
    await setHeaders(req, res);
    return next();
  };
}
