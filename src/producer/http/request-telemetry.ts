import {
  type Context,
  INVALID_SPAN_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Middleware, ParameterizedContext } from "koa";
import { paths } from "../../contract/paths.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import { cutText, exemplarOf, injectContext, originOf, trailOf } from "../../telemetry/spans.ts";

/** What `requestTelemetry` leaves for the routes behind it. */
export interface TracedState {
  /** The request's place in its trace. */
  trace: Context;
}

export interface RequestTelemetryDeps {
  readonly tracer: Tracer;
  readonly metrics: ProducerMetrics;
  readonly log: Log;
  /** Whether a request belongs to its caller's trace. */
  readonly trustTraceparent: boolean;
}

const untraced: ReadonlySet<string> = new Set([paths.health, paths.readiness]);

/** Traces, measures and logs each request, and returns its `traceparent`. */
export function requestTelemetry({
  tracer,
  metrics,
  log,
  trustTraceparent,
}: RequestTelemetryDeps): Middleware<TracedState> {
  return async function observeRequest(ctx, next) {
    const method = ctx.method;
    const { parent, links } = originOf(ctx.req.headers, trustTraceparent);
    const quiet = untraced.has(ctx.path) || ctx.path.startsWith("/assets/");
    const span = quiet
      ? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
      : tracer.startSpan(
          method,
          {
            kind: SpanKind.SERVER,
            links: [...links],
            attributes: {
              "http.request.method": method,
              "url.path": cutText(ctx.path),
              "url.scheme": ctx.protocol,
            },
          },
          parent,
        );
    ctx.state.trace = trace.setSpan(parent, span);
    for (const [name, value] of Object.entries(injectContext(ctx.state.trace)))
      ctx.set(name, value);

    const startedAt = performance.now();
    metrics.httpActiveRequests.inc({ http_request_method: method });
    try {
      await next();
    } finally {
      const seconds = (performance.now() - startedAt) / 1_000;
      const route = routeOf(ctx);
      metrics.httpActiveRequests.dec({ http_request_method: method });
      metrics.httpRequestDuration.observe({
        labels: {
          http_request_method: method,
          http_route: route,
          http_response_status_code: String(ctx.status),
        },
        value: seconds,
        exemplarLabels: exemplarOf(span),
      });
      if (route !== "") {
        span.updateName(`${method} ${route}`);
        span.setAttribute("http.route", route);
      }
      span.setAttribute("http.response.status_code", ctx.status);
      if (ctx.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      log.debug(
        { ...trailOf(span), ...lineOf("request"), method, route, status: ctx.status, seconds },
        "request",
      );
    }
  };
}

/** The pattern that matched, never the path itself: a label must not grow with what clients send. */
function routeOf(ctx: ParameterizedContext): string {
  const route: unknown = ctx["_matchedRoute"];
  return typeof route === "string" ? route : "";
}
