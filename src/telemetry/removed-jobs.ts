import { queueName } from "../contract/queues.ts";
import { lineOf } from "./line-limits.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** What a janitor calls: removed jobs are counted, and those that went early are logged. */
export function createRemovalReport({
  log,
  metrics,
}: {
  readonly log: Log;
  readonly metrics: SharedMetrics;
}) {
  return {
    onRemoved(count: number, reason: "age" | "memory") {
      metrics.jobsRemoved.inc({ queue: queueName, reason }, count);
      if (reason === "memory") {
        log.warn(
          { count, ...lineOf("jobs_removed_early") },
          "removed ended jobs before their time: redis needs the memory",
        );
      }
    },
    onFailed(error: unknown) {
      log.error({ err: error }, "cannot remove ended jobs");
    },
  };
}
