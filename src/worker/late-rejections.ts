import { AsyncLocalStorage } from "node:async_hooks";
import { logFields } from "../contract/telemetry.ts";
import { lineOf } from "../telemetry/line-limits.ts";
import type { Log } from "../telemetry/log.ts";

const tasks = new AsyncLocalStorage<string>();

/** Runs a task's code so that what it does later, too, is known as its own. */
export function runAs<T>(task: string, run: () => T): T {
  return tasks.run(task, run);
}

/**
 * Tells of a promise that was rejected and that nobody waits for: of a task's that is its author's
 * mistake, for which its neighbours must not have to begin again. Throws any other.
 */
export function tellLateRejection(log: Log, error: unknown): void {
  const task = tasks.getStore();
  if (task === undefined) throw error;
  log.error(
    { err: error, [logFields.task]: task, ...lineOf("task_rejected_late") },
    "a promise of the task was rejected that nobody waited for: is an await missing?",
  );
}
