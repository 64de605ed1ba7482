import { paths } from "../../src/contract/paths.ts";
import { requestErrorRatio, responseP95Seconds } from "../objectives.ts";
import { timeseries } from "./panels.ts";
import { anyOf, countOf, noneOf, quantile, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { rising } from "./thresholds.ts";

/** Routes that people and programs ask for work on; probes answer 503 by design. */
export const workRoutes = { http_route: noneOf("", paths.health, paths.readiness) };

/** Requests a second that the producer failed to answer. */
export function failedRequests(window?: string): string {
  const failed = { ...workRoutes, http_response_status_code: anyOf("5..") };
  return sum(rate(countOf("httpRequestDuration", failed), window));
}

export function allRequests(window?: string): string {
  return sum(rate(countOf("httpRequestDuration", workRoutes), window));
}

/** The producer's pages and API. */
export function httpPanels() {
  return [
    timeseries({
      title: "Requests",
      description: "Requests answered per second, by route and status.",
      unit: "ops",
      width: 8,
      queries: [
        lines(
          sum(rate(countOf("httpRequestDuration")), [
            "http_request_method",
            "http_route",
            "http_response_status_code",
          ]),
          "{{http_request_method}} {{http_route}} {{http_response_status_code}}",
        ),
      ],
    }),
    timeseries({
      title: "Server errors",
      description: "Share of the requests answered with a 5xx status.",
      unit: "percentunit",
      width: 4,
      queries: [lines(`(${failedRequests()} or vector(0)) / ${allRequests()}`, "5xx")],
      thresholds: rising(requestErrorRatio),
    }),
    timeseries({
      title: "Response time",
      description: "p95 by route; a dot is one request and leads to its trace.",
      unit: "s",
      width: 8,
      queries: [
        lines(
          quantile(0.95, "httpRequestDuration", { matchers: workRoutes, by: ["http_route"] }),
          "{{http_route}}",
          { exemplars: true },
        ),
      ],
      thresholds: rising(responseP95Seconds),
    }),
    timeseries({
      title: "In flight",
      description: "Requests that are being served at this moment.",
      unit: "short",
      width: 4,
      queries: [
        lines(
          sum(series("httpActiveRequests"), ["http_request_method"]),
          "{{http_request_method}}",
        ),
      ],
    }),
  ];
}
