import { clientSources } from "../../src/contract/metrics.ts";
import { type Alert, overviewOfAll, overviewOfQueue } from "./alert.ts";
import { percent, refusedRatio, requestErrorRatio, responseP95Seconds } from "../objectives.ts";
import { allRequests, failedRequests, workRoutes } from "../panels/http-panels.ts";
import { anyOf, increase, quantile, series, sum } from "../query/promql.ts";
import { redisDown } from "./redis-alerts.ts";

/** Submissions that nothing is wrong with. */
const wellFormed = series("jobsEnqueued", {
  source: anyOf(...clientSources),
  outcome: anyOf("added", "deduplicated", "error"),
});

function refused(window: string): string {
  const failed = series("jobsEnqueued", { source: anyOf(...clientSources), outcome: "error" });
  return sum(increase(failed, window), ["queue"]);
}

/** Alerts on what submitters meet. */
export const httpAlerts: readonly Alert[] = [
  {
    name: "TaskQueueEnqueueFailing",
    expr: [
      `${refused("10m")} / ${sum(increase(wellFormed, "10m"), ["queue"])} > ${refusedRatio.limit}`,
      `and on (queue) ${refused("10m")} >= ${refusedRatio.minJobs}`,
      `and on (queue) ${refused("2m")} > 0`,
      `unless on () (${redisDown})`,
    ].join("\n"),
    for: "3m",
    severity: "critical",
    summary: "{{ $value | humanizePercentage }} of the submissions to {{ $labels.queue }} fail",
    meaning: `The producer answers more than ${percent(refusedRatio.limit)} of valid submissions with 503, and still does: work is being turned away. While Redis is down, RedisDown tells of it instead.`,
    firstLook:
      '`error_type` of "job not queued" in the producer\'s log: not_ready and unknown mean Redis, storage_full its disk or memory, memory_low its memory, overloaded the backlog, _OTHER a bug.',
    remedy: "Fix Redis, or work off the backlog; clients may retry with their Idempotency-Key.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWebErrors",
    expr: `${failedRequests("5m")} / ${allRequests("5m")} > ${requestErrorRatio.limit}`,
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
