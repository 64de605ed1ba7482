import { queueName } from "../contract/topology.ts";
import type { WorkerMetrics } from "../telemetry/metrics.ts";
import type { Activity } from "./activity.ts";

const labels = { queue: queueName };

/** Returns a function that brings the metrics of a worker's slots up to date. */
export function createActivityCollector(activity: Activity, metrics: WorkerMetrics): () => void {
  let countedSeconds = 0;
  return () => {
    const busySeconds = activity.busySeconds();
    metrics.workerBusySeconds.inc(labels, Math.max(0, busySeconds - countedSeconds));
    countedSeconds = Math.max(countedSeconds, busySeconds);
    metrics.workerActiveJobs.set(labels, activity.running);
    metrics.workerOldestActiveJobAge.set(labels, activity.oldestAgeSeconds());
  };
}
