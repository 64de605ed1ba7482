import { heartbeatEverySeconds } from "../../src/contract/queues.ts";
import { serviceNames } from "../../src/contract/telemetry.ts";
import {
  backlogJobs,
  failureRatio,
  heartbeatAgeSeconds,
  oldestWaitingSeconds,
  utilizationRatio,
} from "../objectives.ts";
import { alertList, gauge, stat, upStat } from "./panels.ts";
import { increase, max, min, rate, series, sum } from "../query/promql.ts";
import { instant, lines } from "../query/queries.ts";
import { recorded, utilization } from "../alerts/recordings.ts";
import type { QueueScope } from "../query/scope.ts";
import { atLeast, rising } from "./thresholds.ts";

/** Is it up, is it slow, does it fail: one figure each. */
export function nowPanels(scope: QueueScope) {
  const finishedInAnHour = increase(series("jobsFinished", scope), "1h");
  const failedInAnHour = increase(series("jobsFinished", { ...scope, outcome: "failed" }), "1h");
  return [
    stat({
      title: "Oldest waiting job",
      description:
        "Age of the oldest job that is ready to run but has not started. It still grows when nothing starts any more.",
      unit: "s",
      width: 4,
      queries: [lines(max(series("oldestWaitingJobAge", scope)), "age")],
      thresholds: rising(oldestWaitingSeconds),
    }),
    stat({
      title: "Backlog",
      description: "Jobs that are ready to run and that no worker has taken yet.",
      unit: "short",
      width: 4,
      queries: [lines(sum(recorded("backlog", scope)), "jobs")],
      thresholds: rising(backlogJobs),
    }),
    gauge({
      title: "Workers busy",
      description: "Share of the workers' slots in use. Near 1, jobs have to wait: add a worker.",
      unit: "percentunit",
      width: 4,
      queries: [lines(utilization(scope, []), "busy")],
      thresholds: rising(utilizationRatio),
    }),
    stat({
      title: "Throughput",
      description:
        "Jobs that reached their final outcome per minute, whether they succeeded or failed.",
      unit: "opm",
      width: 4,
      queries: [lines(`${sum(rate(series("jobsFinished", scope)))} * 60`, "jobs")],
    }),
    stat({
      title: "Failure ratio, 1 h",
      description:
        "Share of the last hour's jobs that failed, the submitters' own mistakes and what they cancelled included.",
      unit: "percentunit",
      width: 4,
      queries: [lines(`${sum(failedInAnHour)} / clamp_min(${sum(finishedInAnHour)}, 1)`, "failed")],
      thresholds: rising(failureRatio),
    }),
    stat({
      title: "Workers connected",
      description: "Workers that are connected and wait for jobs. Without any, nothing runs.",
      unit: "short",
      width: 4,
      queries: [lines(max(series("queueWorkers", scope)), "workers")],
      thresholds: atLeast(1),
    }),
    stat({
      title: "Heartbeat",
      description: `Time since the last heartbeat job went through the whole queue. One is due every ${heartbeatEverySeconds} s.`,
      unit: "s",
      width: 4,
      queries: [lines(`time() - ${max(series("heartbeatLastProcessed", scope))}`, "ago")],
      thresholds: rising(heartbeatAgeSeconds),
    }),
    upStat({
      title: "Broker",
      description:
        "Up when every connection to Redis is ready and, where an exporter runs, Redis answers it.",
      unit: "none",
      width: 4,
      queries: [
        instant(
          `${min(series("redisConnectionUp"))} * (${min(series("redisUp"))} or vector(1))`,
          "Redis",
        ),
      ],
      thresholds: atLeast(1),
    }),
    upStat({
      title: "Services",
      description: "Whether Prometheus can reach the producer and the worker.",
      unit: "none",
      width: 4,
      queries: [
        instant(min(series("targetUp", { job: serviceNames.producer })), "producer"),
        instant(min(series("targetUp", { job: serviceNames.worker })), "worker"),
      ],
      thresholds: atLeast(1),
    }),
    upStat({
      title: "Queue",
      description: "Down while it is paused: jobs are accepted, but none is started.",
      unit: "none",
      width: 4,
      queries: [instant(`1 - ${max(series("queuePaused", scope), ["queue"])}`, "{{queue}}")],
      thresholds: atLeast(1),
    }),
    alertList({
      title: "Alerts",
      description:
        "Alerts that fire or are about to. dashboards/README.md says what to do about each.",
      unit: "none",
      width: 8,
      height: 4,
      queries: [],
    }),
  ];
}
