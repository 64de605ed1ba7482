import { promisify } from "node:util";
import { gzip } from "node:zlib";
import Router from "@koa/router";
import Koa from "koa";
import { paths } from "../contract/paths.ts";
import type { Readiness } from "../service/readiness.ts";
import { registerHealth } from "../service/readiness.ts";
import { answerWordless } from "../service/wordless.ts";
import { renderOpenMetrics, renderText } from "./exposition.ts";
import { logKoaErrors } from "./koa-errors.ts";
import type { Log } from "./log.ts";
import { chooseFormat } from "./metrics-format.ts";
import type { MetricsRegistry } from "./metrics.ts";

const compress = promisify(gzip);

/** What a monitor sees of a service: `/metrics` (text or OpenMetrics), `/healthz` and `/readyz`. */
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
    const { kind, contentType } = chooseFormat(ctx.get("Accept"));
    const snapshot = await registry.getMetricsAsJSON();
    const exposition = kind === "text" ? renderText(snapshot) : renderOpenMetrics(snapshot);
    ctx.vary("Accept, Accept-Encoding");
    ctx.set("Content-Type", contentType);
    if (ctx.acceptsEncodings("gzip", "identity") === "gzip") {
      ctx.set("Content-Encoding", "gzip");
      ctx.body = await compress(exposition);
    } else {
      ctx.body = exposition;
    }
  });
  registerHealth(router, readiness);
  app.use(answerWordless());
  app.use(router.routes()).use(router.allowedMethods());
  return app;
}
