import { type Alert, overviewOfAll, overviewOfQueue } from "./alert.ts";
import { percent, requestErrorRatio, responseP95Seconds } from "../objectives.ts";
import { errorRatio, workRoutes } from "../panels/http-panels.ts";
import { increase, quantile, series, sum } from "../query/promql.ts";

/** Alerts on what submitters meet. */
export const httpAlerts: readonly Alert[] = [
  {
    name: "TaskQueueEnqueueFailing",
    expr: `${sum(increase(series("jobsEnqueued", { outcome: "error" }), "5m"), ["queue"])} > 0`,
    for: "2m",
    severity: "critical",
    summary: "Submissions to {{ $labels.queue }} fail",
    meaning: "The producer answers valid submissions with 503: work is being turned away.",
    firstLook:
      "The `kind` in the producer's log: not_ready and unknown mean Redis, storage_full its disk or memory, memory_low its memory, overloaded the backlog.",
    remedy: "Fix Redis, or work off the backlog; clients may retry with their Idempotency-Key.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWebErrors",
    expr: `${errorRatio("5m")} > ${requestErrorRatio.limit}`,
    for: "5m",
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of requests get a server error",
    meaning: `More than ${percent(requestErrorRatio.limit)} of requests to pages and API are answered with 5xx.`,
    firstLook: "Requests by route and status, and the producer's log.",
    remedy: "503: see Redis. 500: a bug; the log has the stack and the trace.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueWebSlow",
    expr: `${quantile(0.95, "httpRequestDuration", { matchers: workRoutes, by: ["http_route"], window: "5m" })} > ${responseP95Seconds.limit}`,
    for: "10m",
    severity: "warning",
    summary: "{{ $labels.http_route }} takes {{ $value | humanizeDuration }} (p95)",
    meaning: "A route answers slowly, though all it does is a few round trips to Redis.",
    firstLook: "Time to queue a job, Redis' round trip, event loop lag of the producer.",
    remedy: "Slow Redis: see its alert. Blocked event loop: use a larger host for the producer.",
    dashboard: overviewOfAll,
  },
];
