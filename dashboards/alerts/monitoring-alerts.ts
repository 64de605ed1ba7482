import { type Alert, overviewOfAll } from "./alert.ts";
import {
  clockSkewSeconds,
  eventLoopLagSeconds,
  maxStarts,
  minDiskFreeRatio,
  scrapedRatio,
} from "../objectives.ts";
import { realDisks } from "../panels/process-panels.ts";
import { serviceNames } from "../../src/contract/telemetry.ts";
import { absent, count, increase, max, min, series, sum } from "../query/promql.ts";
import { everyService } from "../query/scope.ts";

const producerUp = series("targetUp", { job: serviceNames.producer });
const workerUp = series("targetUp", { job: serviceNames.worker });

/** Share of the scrapes within five minutes that succeeded: one that flaps is not up. */
function scrapedShare(up: string): string {
  return `avg_over_time(${up}[5m])`;
}

/** A target that is gone has no instance to name. */
const onInstance = "{{ with $labels.instance }} on {{ . }}{{ end }}";

function exporterDown({
  name,
  job,
  exporter,
  blind,
}: {
  name: string;
  job: "redis" | "node";
  exporter: string;
  blind: string;
}): Alert {
  const up = series("targetUp", { job });
  return {
    name,
    expr: `${scrapedShare(up)} < ${scrapedRatio.warning}\nor ${absent(up)}`,
    for: "5m",
    severity: "warning",
    summary: `${exporter}${onInstance} cannot be scraped`,
    meaning: `Alerts on ${blind} are blind.`,
    firstLook: "Prometheus' targets page: it shows the error, or that there is no such target.",
    remedy: "Start the exporter. Timed out: check the security group.",
    dashboard: overviewOfAll,
    scraped: job,
  };
}

/** Alerts on the hosts, the processes and the monitoring itself. */
export const monitoringAlerts: readonly Alert[] = [
  {
    name: "TaskQueueProducerDown",
    expr: [
      `${max(scrapedShare(producerUp), ["job"])} < ${scrapedRatio.critical}`,
      `or ${absent(producerUp)}`,
    ].join("\n"),
    for: "1m",
    severity: "critical",
    summary: "Nothing can be submitted: the producer is down",
    meaning:
      "No producer answers for most of the time, or there is none: form, API and Bull Board are away. Jobs that were accepted go on.",
    firstLook: "Does its host run? Then the producer's last log lines: they say why it exits.",
    remedy:
      "Start the producer, or replace its host. If it does answer submissions, let the monitor reach its metrics port.",
    dashboard: overviewOfAll,
  },
  {
    name: "TargetDown",
    expr: [
      `${scrapedShare(series("targetUp", everyService))} < ${scrapedRatio.warning}`,
      `or ${absent(workerUp)}`,
    ].join("\n"),
    for: "1m",
    severity: "warning",
    summary: `{{ $labels.job }}${onInstance} cannot be scraped`,
    meaning:
      "The service is down or gone, is blocked for long, or Prometheus cannot reach its metrics port: other alerts may be blind.",
    firstLook: "Prometheus' targets page: it shows the error, or that there is no such target.",
    remedy:
      "Refused: start the service. Timed out: look for a task that blocks, then at the security group. No target: start the host, with its tags.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueCrashLoop",
    expr: `changes(${series("processStart", everyService)}[15m]) > ${maxStarts}`,
    for: "1m",
    severity: "warning",
    summary:
      "{{ $labels.job }} on {{ $labels.instance }} started {{ $value }} times within 15 minutes",
    meaning: "The service ends again and again, and is started anew each time.",
    firstLook: "The service's log just before each start, and the kernel's (out of memory).",
    remedy: "Fix what the log names; roll the release back if it came with one.",
    dashboard: overviewOfAll,
  },
  exporterDown({
    name: "RedisExporterDown",
    job: "redis",
    exporter: "Redis' exporter",
    blind: "Redis' memory, evictions and persistence",
  }),
  exporterDown({
    name: "NodeExporterDown",
    job: "node",
    exporter: "The node exporter",
    blind: "disks",
  }),
  {
    name: "TaskQueueMetricsBlind",
    expr: [
      `${sum(increase(series("queueCollectErrors"), "5m"), ["queue"])} > 0`,
      // Whether or not reads fail: one alert.
      `or on () ${absent(series("queueJobs"))}`,
    ].join("\n"),
    for: "5m",
    severity: "warning",
    summary: "The state of the queue cannot be read",
    meaning: "Queue gauges are missing: alerts on backlog and workers are blind.",
    firstLook: "Redis, and the panel *Reading the queue*.",
    remedy: "Fix Redis; if it is slow, see its alert.",
    dashboard: overviewOfAll,
  },
  {
    name: "NodeEventLoopBlocked",
    // A block that outlasts scrapes leaves gaps, which end no alert; one block alone is seen for 3 minutes.
    expr: `${max(`max_over_time(${series("eventLoopLagMax")}[2m])`, ["job", "instance"])} > ${eventLoopLagSeconds.limit}`,
    for: "4m",
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
      "Refused or timed out: start the receiver, or check the security group. Not Found: correct the address in OTEL_EXPORTER_OTLP_*. no_room: the receiver is too slow. rejected: the `problem` names the limit of the receiver that was met.",
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
