import type { IncomingMessage } from "node:http";
import type { ParameterizedContext } from "koa";
import type { PublicAccess } from "../../contract/public-access.ts";
import { leadToSignIn } from "../console/way-in.ts";
import { wantsPage } from "../console/wants-page.ts";
import { isOfApi } from "../http/error-responses.ts";
import { RequestError } from "../http/errors.ts";
import { problem } from "../http/operation.ts";
import type { Route } from "../http/route.ts";
import { createStreamGuard } from "./stream-guard.ts";
import { bearerChallenge } from "./token-check.ts";
import { createIdentification, createStranger, type Visitor, type VisitorDeps } from "./visitor.ts";

/** What lets people and programs in on the public listener, or does not. */
export interface Door {
  /** Whether programs must send a token. */
  readonly needsToken: boolean;
  /** The routes, each for those alone whom it is for. */
  guard(routes: readonly Route[]): Route[];
  /** Whom the page of an error is for that no route has let in: a stranger where that cannot be told. */
  tell(ctx: ParameterizedContext): Promise<Visitor>;
}

export function createDoor(deps: VisitorDeps): Door {
  const identify = createIdentification(deps);
  const streams = createStreamGuard();
  /** Requests that it was tried to tell the sender of: once is enough, as wrong tokens are counted. */
  const identified = new WeakSet<IncomingMessage>();
  const identifyOnce = (ctx: ParameterizedContext) => {
    identified.add(ctx.req);
    return identify(ctx);
  };
  const guardRoute = ({ handle, operation, ...route }: Route): Route => ({
    ...route,
    async handle(ctx) {
      const visitor = await identifyOnce(ctx);
      ctx.state.visitor = visitor;
      if (!visitor.purposes.includes(route.purpose ?? "submit")) {
        refuse(ctx, visitor, deps.access);
        return;
      }
      await handle(ctx);
      if (visitor.name !== undefined) streams.watch(ctx.body, () => visitor.holds());
    },
    ...(operation !== undefined && {
      operation: {
        ...operation,
        responses: {
          401: problem("A token is needed, or the one that was sent is not known, or no longer."),
          403: problem("A browser asked for it for another site, or the token is not for that."),
          ...operation.responses,
        },
      },
    }),
  });
  return {
    needsToken: deps.access !== "open",
    guard: (routes) => routes.map(guardRoute),
    tell: async (ctx) => {
      const stranger = createStranger(deps.access, ctx);
      return identified.has(ctx.req) ? stranger : identifyOnce(ctx).catch(() => stranger);
    },
  };
}

function refuse(ctx: ParameterizedContext, { name }: Visitor, access: PublicAccess): void {
  if (name !== undefined) {
    throw new RequestError(403, `the token "${name}" may look at jobs, and submit or cancel none`);
  }
  // A page's script, too, is told: it would take the sign-in page for what it asked for.
  const isPage = !isOfApi(ctx.path) && (access === "off" || wantsPage(ctx));
  if (!isPage) {
    throw new RequestError(401, 'a token is needed, expected "Authorization: Bearer …"', {
      headers: { "WWW-Authenticate": bearerChallenge },
    });
  }
  if (access === "off") {
    throw new RequestError(403, "this is for programs alone here, each with a token of its own");
  }
  leadToSignIn(ctx);
}
