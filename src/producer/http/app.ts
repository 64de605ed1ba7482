import Router from "@koa/router";
import Koa from "koa";
import { type Readiness, registerHealth } from "../../service/readiness.ts";
import { registerApi } from "../jobs/api.ts";
import { registerAssets } from "../pages/assets.ts";
import { errorResponses, logKoaErrors } from "./error-responses.ts";
import { registerOverview } from "../overview/routes.ts";
import { type PageState, registerPages } from "../pages/routes.ts";
import type { Producer } from "../producer.ts";
import { requestTelemetry } from "./request-telemetry.ts";
import { sameOrigin } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";
import { renderErrorPage } from "../pages/error-page.ts";

/** The public listener: form, status pages and JSON API. */
export function createApp(
  producer: Producer,
  { trustProxy, readiness }: { trustProxy: boolean; readiness: () => Promise<Readiness> },
): Koa {
  const router = new Router<PageState>();
  registerHealth(router, readiness);
  registerAssets(router);
  registerApi(router, producer);
  registerPages(router, producer);
  registerOverview(router, producer);

  // Only the last address was added by the proxy itself; the others are the client's own words.
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  logKoaErrors(app, producer.log);
  app.use(securityHeaders("pages"));
  app.use(requestTelemetry(producer));
  app.use(
    errorResponses(producer.log, (ctx, problem) => renderErrorPage(problem, ctx.state["resend"])),
  );
  app.use(sameOrigin());
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
