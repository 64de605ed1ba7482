import { type Alert, overviewOfAll, overviewOfQueue } from "./alert.ts";
import { clockSkewSeconds, eventLoopLagSeconds, minDiskFreeRatio } from "../objectives.ts";
import { realDisks } from "../panels/process-panels.ts";
import { count, increase, max, min, series, sum } from "../query/promql.ts";
import { everyService } from "../query/scope.ts";

/** Alerts on the hosts, the processes and the monitoring itself. */
export const monitoringAlerts: readonly Alert[] = [
  {
    name: "TargetDown",
    expr: `${series("targetUp", everyService)} == 0`,
    for: "2m",
    severity: "warning",
    summary: "{{ $labels.job }} on {{ $labels.instance }} cannot be scraped",
    meaning:
      "The service is down, or Prometheus cannot reach its metrics port: other alerts may be blind.",
    firstLook: "Prometheus' targets page: it shows the error.",
    remedy: "Refused: start the service. Timed out: check the security group.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueMetricsBlind",
    expr: [
      `${sum(increase(series("queueCollectErrors"), "5m"), ["queue"])} > 0`,
      `or absent(${series("queueJobs")})`,
    ].join("\n"),
    for: "5m",
    severity: "warning",
    summary: "The state of the queue cannot be read",
    meaning: "Queue gauges are missing: alerts on backlog and workers are blind.",
    firstLook: "Redis, and the panel *Reading the queue*.",
    remedy: "Fix Redis; if it is slow, see its alert.",
    dashboard: overviewOfQueue,
  },
  {
    name: "NodeEventLoopBlocked",
    expr: `${max(series("eventLoopLagMax"), ["job", "instance"])} > ${eventLoopLagSeconds.limit}`,
    for: "2m",
    severity: "warning",
    summary:
      "{{ $labels.job }} on {{ $labels.instance }} is blocked for {{ $value | humanizeDuration }} at a time",
    meaning: "Something computes without a pause; whatever else the service does waits for it.",
    firstLook: "Which task runs there, and its CPU time.",
    remedy: "Declare the task isolated, so that it computes in a process of its own.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueTelemetryLost",
    expr: `${sum(increase(series("otlpDropped", everyService), "5m"), ["job", "instance", "signal"])} > 0`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.signal }} of {{ $labels.job }} on {{ $labels.instance }} are lost",
    meaning:
      "Spans or log records do not reach Tempo or Loki: what is looked for there may be missing. The log on standard output is complete.",
    firstLook: "The service's log: the `problem` beside *did not reach their receiver*.",
    remedy:
      "Refused or timed out: start the receiver, or check the security group. Not Found: correct the address in OTEL_EXPORTER_OTLP_*. no_room: the receiver is too slow.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueClockSkew",
    expr: `${max(`abs(${series("clockSkew", everyService)})`, ["job", "instance"])} > ${clockSkewSeconds.limit}`,
    for: "5m",
    severity: "warning",
    summary:
      "The clock of {{ $labels.job }} on {{ $labels.instance }} is {{ $value | humanizeDuration }} off",
    meaning:
      "Hosts do not agree on the time: ages, waits and the overview page are off by as much. Jobs, retries and results are not.",
    firstLook:
      "`chronyc tracking` or `timedatectl` on that host, and on Redis', whose clock is the measure.",
    remedy:
      "Have the host's clock follow a time server; if all services are off, it is Redis' host.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueVersionSkew",
    expr: `${count(count(series("buildInfo"), ["bullmq_version"]))} > 1`,
    for: "30m",
    severity: "warning",
    summary: "{{ $value }} versions of BullMQ share one queue",
    meaning: "Producer and worker run different versions of BullMQ, whose scripts may not agree.",
    firstLook: "The panel *What runs*.",
    remedy: "Finish the release: deploy the same one to both hosts.",
    dashboard: overviewOfAll,
  },
  {
    name: "HostDiskFilling",
    expr: `${min(`${series("diskFree", realDisks)} / ${series("diskSize", realDisks)}`, ["instance", "mountpoint"])} < ${minDiskFreeRatio}`,
    for: "10m",
    severity: "warning",
    summary:
      "{{ $labels.mountpoint }} on {{ $labels.instance }} has {{ $value | humanizePercentage }} left",
    meaning: "A disk is nearly full. Without room, Redis accepts no more jobs.",
    firstLook: "What grows there: Redis' log, Prometheus' data, or the journal.",
    remedy: "Delete something or enlarge the disk; EBS volumes can grow while in use.",
    dashboard: overviewOfAll,
  },
  {
    name: "Watchdog",
    expr: "vector(1)",
    severity: "none",
    summary: "Alerting works",
    meaning:
      "Always fires. A receiver that no longer hears it knows that monitoring itself is down.",
    firstLook: "Nothing while it fires.",
    remedy: "When it stops: look at the monitor host.",
    dashboard: overviewOfAll,
  },
];
