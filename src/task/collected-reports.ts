import type { LogLevel } from "../contract/job-reports.ts";
import type { LogFields } from "./job-context.ts";
import type { JobReports, Progress } from "./job-reports.ts";

/** What a task has told of its job, in order. */
export interface Collected {
  readonly progress: readonly Progress[];
  readonly log: readonly {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields?: LogFields;
  }[];
}

/** Collects what a task tells of a job that is in no queue. */
export function collectReports(): { readonly reports: JobReports; readonly collected: Collected } {
  const progress: Collected["progress"][number][] = [];
  const log: Collected["log"][number][] = [];
  return {
    reports: {
      progress: (told) => void progress.push(told),
      log: (lines) => {
        for (const { level, message, fields } of lines) {
          log.push({ level, message, ...(Object.keys(fields).length > 0 && { fields }) });
        }
      },
    },
    collected: { progress, log },
  };
}
