import type { WorkerMetrics } from "../telemetry/metrics.ts";
import type { Activity } from "./activity.ts";

/** Returns a function that brings the metrics up to date that are cheaper to read than to keep. */
export function createActivityCollector(
  queue: string,
  activity: Activity,
  metrics: WorkerMetrics,
): () => void {
  const labels = { queue };
  let countedSeconds = 0;
  return () => {
    const busySeconds = activity.busySeconds();
    metrics.workerBusySeconds.inc(labels, Math.max(0, busySeconds - countedSeconds));
    countedSeconds = Math.max(countedSeconds, busySeconds);
    metrics.workerActiveJobs.set(labels, activity.running);
    for (const [task, at] of activity.lastSuccessAt) {
      metrics.jobLastSuccess.set({ ...labels, task }, at / 1_000);
    }
    metrics.workerOldestActiveJobAge.set(labels, activity.oldestAgeSeconds());
  };
}
