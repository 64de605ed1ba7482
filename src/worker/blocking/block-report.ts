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
  queueOf,
  note,
  log,
}: {
  readonly metrics: Pick<WorkerMetrics, "taskBlocked">;
  /** The queue of a task; of one that is not certain, that of any. */
  readonly queueOf: (task: string | undefined) => string;
  /** For the pages. */
  readonly note: (queue: string, task: string) => Promise<void>;
  readonly log: Log;
}): (block: Block) => void {
  return ({ ms, task, running }) => {
    // Nothing of a task's ran: start and stop of the worker have blocks of their own.
    if (task === undefined && running.length === 0) return;
    const queue = queueOf(task);
    metrics.taskBlocked.inc({ queue, task: task ?? "_OTHER" }, ms / 1_000);
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
    note(queue, culprit).catch((error: unknown) =>
      log.warn({ err: error, ...lineOf("task_blocked") }, "cannot note the block"),
    );
  };
}
