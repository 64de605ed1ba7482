import Router from "@koa/router";
import Koa from "koa";
import { paths } from "../contract/paths.ts";
import type { Readiness } from "../service/readiness.ts";
import { registerHealth } from "../service/readiness.ts";
import { answerWordless } from "../service/wordless.ts";
import { logKoaErrors } from "./koa-errors.ts";
import type { Log } from "./log.ts";
import type { MetricsRegistry } from "./metrics.ts";

/** What a monitor sees of a service: `/metrics` (OpenMetrics), `/healthz` and `/readyz`. */
export function createObservabilityApp({
  registry,
  collect,
  readiness,
  log,
}: {
  readonly registry: MetricsRegistry;
  /** Brings gauges up to date before each scrape. */
  readonly collect: () => Promise<void>;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Log;
}): Koa {
  const app = new Koa();
  logKoaErrors(app, log);
  const router = new Router({ sensitive: true });
  router.get(paths.metrics, async (ctx) => {
    await collect();
    ctx.type = registry.contentType;
    ctx.body = await registry.metrics();
  });
  registerHealth(router, readiness);
  app.use(answerWordless());
  app.use(router.routes()).use(router.allowedMethods());
  return app;
}
