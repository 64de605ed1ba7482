import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { Purpose } from "../access/rights.ts";
import type { Visitor } from "../access/visitor.ts";
import type { Operation } from "./operation.ts";
import type { TracedState } from "./request-telemetry.ts";

/** Who asks, and what a route leaves behind it for others: its place in the trace, and a form to send again. */
export interface RouteState extends TracedState {
  visitor: Visitor;
  resend?: Resend;
}

/** Where a form that was not taken can be sent again, unchanged, without making two jobs. */
export interface Resend {
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Where the form is, if not where it is sent. */
  readonly back?: string;
}

export type RouteContext = RouterContext<RouteState>;

/** A place of the public listener: what is asked there, what answers, and what the API says of it. */
export interface Route {
  readonly method: "GET" | "POST";
  /** As the router takes it, such as `/api/v1/jobs/:id`. */
  readonly path: string;
  /** Whom it is for; those who may submit, if not given. */
  readonly purpose?: Purpose;
  readonly handle: (ctx: RouteContext) => Promise<void> | void;
  /** Its part of the OpenAPI document; pages have none. */
  readonly operation?: Operation;
}

/** A route that answers 308 with where its path has moved to; `to` may hold the same parameters. */
export function createRedirect(method: Route["method"], path: string, to: string): Route {
  return {
    method,
    path,
    purpose: "anybody",
    handle(ctx) {
      const target = to.replace(/:(\w+)/g, (_, name: string) =>
        encodeURIComponent(ctx.params[name] ?? ""),
      );
      ctx.redirect(`${target}${ctx.search}`);
      ctx.status = 308;
    },
  };
}

export function registerRoutes(router: Router<RouteState>, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) router.register(path, [method], handle);
}
