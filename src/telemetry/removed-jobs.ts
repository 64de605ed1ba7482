import type { RemovalReason } from "../contract/metrics.ts";
import { queueName } from "../contract/queues.ts";
import { lineOf } from "./line-limits.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** What a janitor calls: removed jobs are counted, and those that went within an hour are logged. */
export function createRemovalReport({
  log,
  metrics,
}: {
  readonly log: Log;
  readonly metrics: SharedMetrics;
}) {
  return {
    onRemoved(count: number, reason: RemovalReason) {
      metrics.jobsRemoved.inc({ queue: queueName, reason }, count);
      if (reason === "early") {
        log.warn(
          { count, ...lineOf("jobs_removed_early") },
          "removed jobs within an hour of their end: redis needs the memory",
        );
      }
    },
    onFailed(error: unknown) {
      log.error({ err: error }, "cannot remove ended jobs");
    },
  };
}
