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
    record: "queue_state:taskqueue_queue_jobs:max",
    expr: max(series("queueJobs"), ["queue", "state"]),
    labels: ["queue", "state"],
  },
  backlog: {
    record: "queue:taskqueue_backlog_jobs:sum",
    expr: sum(
      max(series("queueJobs", { state: anyOf("waiting", "prioritized") }), ["queue", "state"]),
      ["queue"],
    ),
    labels: ["queue"],
  },
  finished: {
    record: "queue_task:taskqueue_jobs_finished:rate5m",
    expr: sum(rate(series("jobsFinished"), "5m"), ["queue", "task"]),
    labels: ["queue", "task"],
  },
  utilization: {
    record: "queue:taskqueue_worker_utilization:ratio_rate5m",
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
