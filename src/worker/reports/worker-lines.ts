import { logFields } from "../../contract/telemetry.ts";
import type { LogLine } from "../../task/job-reports.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { createOutputLimit, type OutputLimit } from "../isolation/output-limit.ts";

/** Writes lines of jobs' logs to the worker's own; `fields` say whose they are. */
export type WriteLines = (
  task: string,
  fields: Readonly<Record<string, unknown>>,
  lines: readonly LogLine[],
) => void;

/** Each task has a limit of its own: one that tells without end hides nothing of another. */
export function createWorkerLines(log: Log): WriteLines {
  const limits = new Map<string, OutputLimit>();
  const limitOf = (task: string) => {
    const limit =
      limits.get(task) ??
      createOutputLimit((dropped) =>
        log.warn(
          { [logFields.task]: task, ...lineOf("task_output_dropped"), dropped },
          `left out ${dropped} characters of what the task logged`,
        ),
      );
    limits.set(task, limit);
    return limit;
  };
  return (task, fields, lines) => {
    const isAllowed = limitOf(task);
    for (const { level, message, fields: own } of lines) {
      const hasFields = Object.keys(own).length > 0;
      if (!isAllowed(hasFields ? message + JSON.stringify(own) : message)) continue;
      log[level](
        {
          ...fields,
          [logFields.task]: task,
          ...lineOf("task_log"),
          ...(hasFields && { [logFields.own]: own }),
        },
        message,
      );
    }
  };
}
