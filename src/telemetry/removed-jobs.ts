import type { RemovalReason } from "../contract/metrics.ts";
import { lineOf } from "./line-limits.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** What a janitor calls: removed jobs are counted, and those that went within an hour are logged. */
export function createRemovalReport(
  queue: string,
  { log, metrics }: { readonly log: Log; readonly metrics: SharedMetrics },
) {
  return {
    onRemoved(count: number, reason: RemovalReason) {
      metrics.jobsRemoved.inc({ queue, reason }, count);
      if (reason === "early") {
        log.warn(
          { queue, count, ...lineOf("jobs_removed_early") },
          "removed jobs within an hour of their end: redis needs the memory",
        );
      }
    },
    onFailed(error: unknown) {
      log.error({ queue, err: error }, "cannot remove ended jobs");
    },
  };
}
