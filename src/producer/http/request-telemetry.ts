import {
  type Attributes,
  type Context,
  INVALID_SPAN_CONTEXT,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Middleware, ParameterizedContext } from "koa";
import { paths } from "../../contract/paths.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import {
  cutText,
  exemplarOf,
  failSpan,
  injectContext,
  originOf,
  trailOf,
} from "../../telemetry/spans.ts";
import { noteReceived } from "./received-at.ts";

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

/** Any other is `_OTHER`: a name and a label must not grow with what clients send. */
const knownMethods: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

const untraced: ReadonlySet<string> = new Set([paths.health, paths.readiness]);

/** Traces, measures and logs each request, and returns its `traceparent`. */
export function requestTelemetry({
  tracer,
  metrics,
  log,
  trustTraceparent,
}: RequestTelemetryDeps): Middleware<TracedState> {
  return async function observeRequest(ctx, next) {
    const method = knownMethods.has(ctx.method) ? ctx.method : "_OTHER";
    const nameOfMethod = method === "_OTHER" ? "HTTP" : method;
    const { parent, links } = originOf(ctx.req.headers, trustTraceparent);
    const quiet = untraced.has(ctx.path) || ctx.path.startsWith("/assets/");
    const span = quiet
      ? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
      : tracer.startSpan(
          nameOfMethod,
          {
            kind: SpanKind.SERVER,
            links: [...links],
            attributes: describeRequest(ctx, method),
          },
          parent,
        );
    ctx.state.trace = noteReceived(trace.setSpan(parent, span));
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
        span.updateName(`${nameOfMethod} ${route}`);
        span.setAttribute("http.route", route);
      }
      span.setAttribute("http.response.status_code", ctx.status);
      if (ctx.status >= 500) failSpan(span, String(ctx.status));
      span.end();
      log.debug(
        {
          ...trailOf(span),
          ...lineOf("request"),
          method: ctx.method,
          route,
          status: ctx.status,
          seconds,
        },
        "request",
      );
    }
  };
}

/**
 * Attributes of HTTP server spans. Missing on purpose: `client.address` and `network.peer.address`,
 * as a trace would tell which address has submitted what; and the values of the query, which a form
 * is filled in from.
 */
function describeRequest(ctx: ParameterizedContext, method: string): Attributes {
  const query = cutText(hideValues(cutText(ctx.querystring)));
  const userAgent = ctx.get("user-agent");
  const port = /:(\d+)$/.exec(ctx.host)?.[1];
  return {
    "http.request.method": method,
    ...(method === "_OTHER" && { "http.request.method_original": cutText(ctx.method) }),
    "network.protocol.version": ctx.req.httpVersion,
    "server.address": cutText(ctx.hostname),
    "server.port": Number(port ?? (ctx.secure ? 443 : 80)),
    "url.path": cutText(ctx.path),
    ...(query !== "" && { "url.query": query }),
    "url.scheme": ctx.protocol,
    ...(userAgent !== "" && { "user_agent.original": cutText(userAgent) }),
  };
}

/** The names in a query, each with the conventions' word for what must not be told. */
function hideValues(query: string): string {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => `${part.split("=", 1)[0]}=REDACTED`)
    .join("&");
}

/** The pattern that matched, never the path itself: a label must not grow with what clients send. */
function routeOf(ctx: ParameterizedContext): string {
  const route: unknown = ctx["_matchedRoute"];
  return typeof route === "string" ? route : "";
}
