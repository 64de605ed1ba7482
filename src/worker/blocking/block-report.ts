import { queueName } from "../../contract/queues.ts";
import { logFields } from "../../contract/telemetry.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";
import type { Block } from "./block-watch.ts";

/** Whichever began first, the same tasks are the same choice. */
const choices = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** Returns a function that counts, notes and logs a block, by the name of its task. */
export function createBlockReport({
  metrics,
  note,
  log,
}: {
  readonly metrics: Pick<WorkerMetrics, "taskBlocked">;
  /** For the pages. */
  readonly note: (task: string) => Promise<void>;
  readonly log: Log;
}): (block: Block) => void {
  return ({ ms, task, running }) => {
    // Nothing of a task's ran: start and stop of the worker have blocks of their own.
    if (task === undefined && running.length === 0) return;
    metrics.taskBlocked.inc({ queue: queueName, task: task ?? "_OTHER" }, ms / 1_000);
    const culprit = task ?? `one of ${choices.format(running.toSorted())}`;
    log.warn(
      {
        [logFields.task]: task ?? "_OTHER",
        blocked_ms: Math.round(ms),
        running,
        ...lineOf("task_blocked"),
      },
      `a task blocked the event loop: ${culprit}`,
    );
    note(culprit).catch((error: unknown) =>
      log.warn({ err: error, ...lineOf("task_blocked") }, "cannot note the block"),
    );
  };
}
