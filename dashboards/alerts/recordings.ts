import { metrics } from "../../src/contract/metrics.ts";
import { metricPrefix } from "../../src/contract/telemetry.ts";
import { anyOf, max, type Matchers, rate, select, series, sum } from "../query/promql.ts";

interface Recording {
  /** `level:metric:operations`, as Prometheus advises. */
  readonly record: string;
  readonly expr: string;
  readonly labels: readonly string[];
}

/** Expressions that Prometheus evaluates once for several panels and alerts. */
export const recordings = {
  jobs: {
    record: `queue_state:${metrics.queueJobs.name}:max`,
    expr: max(series("queueJobs"), ["queue", "state"]),
    labels: ["queue", "state"],
  },
  backlog: {
    record: `queue:${metricPrefix}backlog_jobs:sum`,
    expr: sum(
      max(series("queueJobs", { state: anyOf("waiting", "prioritized") }), ["queue", "state"]),
      ["queue"],
    ),
    labels: ["queue"],
  },
  finished: {
    record: `queue_task:${metricPrefix}jobs_finished:rate5m`,
    expr: sum(rate(series("jobsFinished"), "5m"), ["queue", "task"]),
    labels: ["queue", "task"],
  },
  utilization: {
    record: `queue:${metricPrefix}worker_utilization:ratio_rate5m`,
    expr: `${sum(rate(series("workerBusySeconds"), "5m"), ["queue"])} / ${sum(series("workerConcurrency"), ["queue"])}`,
    labels: ["queue"],
  },
} as const satisfies Record<string, Recording>;

type RecordingKey = keyof typeof recordings;

/** The series of a recorded expression that match. */
export function recorded<K extends RecordingKey>(
  key: K,
  matchers: Matchers<(typeof recordings)[K]["labels"][number]> = {},
): string {
  return select(recordings[key].record, matchers);
}
