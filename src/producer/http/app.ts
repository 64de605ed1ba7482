import Router from "@koa/router";
import Koa from "koa";
import type { Door } from "../access/door.ts";
import { paths } from "../../contract/paths.ts";
import { type Readiness, registerHealth } from "../../service/readiness.ts";
import { logKoaErrors } from "../../telemetry/koa-errors.ts";
import { registerAssets } from "../pages/assets.ts";
import { showError } from "../pages/error-page.ts";
import { createConstantBody } from "./constant-body.ts";
import { errorResponses, isOfApi } from "./error-responses.ts";
import { createOpenApi } from "./openapi.ts";
import { preconditions } from "./preconditions.ts";
import type { RateLimit } from "./rate-limit.ts";
import { limitReads } from "./read-limit.ts";
import { requestTelemetry, type RequestTelemetryDeps } from "./request-telemetry.ts";
import { createRedirect, registerRoutes, type Route, type RouteState } from "./route.ts";
import { sameOrigin } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";

export interface AppDeps extends RequestTelemetryDeps {
  readonly routes: readonly Route[];
  /** Who may ask for which. */
  readonly door: Door;
  /** Of what is read at any of the routes; health and the pages' files are free. */
  readonly readLimit: RateLimit;
  readonly trustProxy: boolean;
  readonly readiness: () => Promise<Readiness>;
}

/** Where version 0.1 had what is elsewhere now. */
const moved = [
  createRedirect("POST", "/api/v1/tasks", paths.api),
  createRedirect("GET", "/api/v1/tasks/:id", `${paths.api}/:id`),
  createRedirect("GET", "/api/v1/tasks/:id/events", `${paths.api}/:id/events`),
];

/** The public listener: form, jobs' pages and JSON API. */
export function createApp({
  routes,
  door,
  readLimit,
  trustProxy,
  readiness,
  ...deps
}: AppDeps): Koa {
  const limited = limitReads(door.guard(routes), readLimit);
  const openapi = createOpenApi(limited, door);
  const document = createConstantBody("json", JSON.stringify(openapi));
  const describe: Route = {
    method: "GET",
    path: paths.openapi,
    purpose: "anybody",
    async handle(ctx) {
      ctx.set("Cache-Control", "no-cache");
      await document.send(ctx);
    },
  };
  const router = new Router<RouteState>({ sensitive: true });
  router.use(preconditions());
  registerHealth(router, async () => ({ ready: (await readiness()).ready }));
  registerAssets(router);
  registerRoutes(router, [...limited, ...limitReads(door.guard([describe, ...moved]), readLimit)]);

  // Only the last address was added by the proxy itself; the others are the client's own words.
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  logKoaErrors(app, deps.log);
  app.use(securityHeaders("pages"));
  app.use(requestTelemetry(deps));
  app.use(
    errorResponses(deps.log, async (ctx, problem) => {
      const visitor = ctx.state.visitor ?? (await door.tell(ctx));
      return showError(ctx, problem, { ...ctx.state, visitor });
    }),
  );
  app.use(sameOrigin({ takesForms: (path) => !isOfApi(path) }));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
