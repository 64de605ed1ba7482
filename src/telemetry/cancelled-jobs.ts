import { logFields } from "../contract/telemetry.ts";
import { lineOf } from "./line-limits.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** A job that has ended because it was cancelled, without a worker. */
interface CancelledJob {
  readonly id: string;
  readonly name: string;
  readonly again: boolean;
}

/**
 * Returns a function that counts and logs a job of the queue that was cancelled while it waited: no
 * worker sees its end. `trail` are log fields that name the trace of whoever has asked.
 */
export function createCancellationReport(
  queue: string,
  {
    tasks,
    metrics,
    log,
  }: {
    readonly tasks: { readonly has: (name: string) => boolean };
    readonly metrics: Pick<SharedMetrics, "jobsFinished" | "jobsFinishedAgain">;
    readonly log: Log;
  },
): (job: CancelledJob, trail?: Readonly<Record<string, string>>) => void {
  return ({ id, name, again }, trail = {}) => {
    const task = tasks.has(name) ? name : "_OTHER";
    const counter = again ? metrics.jobsFinishedAgain : metrics.jobsFinished;
    counter.inc({ queue, task, outcome: "failed", error_type: "cancelled_by_user" });
    log.info(
      {
        ...trail,
        [logFields.jobId]: id,
        [logFields.task]: task,
        [logFields.errorType]: "cancelled_by_user",
        ...lineOf("job_cancelled"),
      },
      "job cancelled while it waited",
    );
  };
}
