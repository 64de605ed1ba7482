import { metrics } from "../../src/contract/metrics.ts";
import { metricPrefix } from "../../src/contract/telemetry.ts";
import { queues } from "../../src/contract/queues.ts";
import {
  anyOf,
  bucketsOf,
  countOf,
  max,
  type Matchers,
  rate,
  select,
  series,
  sum,
} from "../query/promql.ts";

/** What has started in time, of each queue by its own objective. */
const startedInTime = Object.entries(queues)
  .map(([queue, { startWithinSeconds }]) => {
    // Prometheus 3 writes an edge of 10 as "10.0".
    const le = anyOf(`${startWithinSeconds}(\\.0)?`);
    return rate(bucketsOf("jobWaitDuration", { queue, le }), "5m");
  })
  .join(" or ");

/**
 * Share of the workers' slots in use. One that vanished has been busy within the window, and has no
 * slots any more: without what it did, as otherwise those that are left would seem to do it all.
 */
export function utilization(
  scope: Matchers<"queue">,
  by: readonly string[],
  window?: string,
): string {
  const slots = series("workerConcurrency", scope);
  const busy = `(${rate(series("workerBusySeconds", scope), window)} and ${slots})`;
  return `${sum(busy, by)} / ${sum(slots, by)}`;
}

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
    expr: utilization({}, ["queue"], "5m"),
    labels: ["queue"],
  },
  waits: {
    record: `queue:${metricPrefix}job_waits:rate5m`,
    expr: sum(rate(countOf("jobWaitDuration"), "5m"), ["queue"]),
    labels: ["queue"],
  },
  lateWaits: {
    record: `queue:${metricPrefix}job_waits_late:rate5m`,
    expr: `${sum(rate(countOf("jobWaitDuration"), "5m"), ["queue"])} - ${sum(startedInTime, ["queue"])}`,
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
