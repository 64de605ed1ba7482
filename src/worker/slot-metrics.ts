import type { WorkerMetrics } from "../telemetry/metrics.ts";

/**
 * Returns a function that brings the metrics of a worker's slots up to date. Those of a worker that is
 * drained are none but what still runs, so that nobody counts on them.
 */
export function createSlotCollector(
  queue: string,
  {
    slots,
    running,
    isDrained,
  }: { readonly slots: number; readonly running: () => number; readonly isDrained: () => boolean },
  metrics: Pick<WorkerMetrics, "workerConcurrency" | "workerDrainedSlots">,
): () => void {
  return () => {
    const usable = isDrained() ? running() : slots;
    metrics.workerConcurrency.set({ queue }, usable);
    metrics.workerDrainedSlots.set({ queue }, slots - usable);
  };
}
