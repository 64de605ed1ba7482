import type { JobContext, JobLog } from "./job-context.ts";

/** What a task has told of its job, in order. */
export interface Collected {
  readonly progress: readonly { readonly fraction: number; readonly text?: string }[];
  readonly log: readonly {
    readonly level: keyof JobLog;
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[];
}

/** The context of a job that is in no queue; what the task tells of it is collected. */
export function createCollectedJob(signal: AbortSignal): {
  readonly job: JobContext;
  readonly collected: Collected;
} {
  const progress: Collected["progress"][number][] = [];
  const log: Collected["log"][number][] = [];
  const on =
    (level: keyof JobLog): JobLog[typeof level] =>
    (message, fields) =>
      void log.push({ level, message, ...(fields && { fields }) });
  return {
    job: {
      id: "test",
      attempt: 1,
      signal,
      progress: (fraction, text) =>
        void progress.push({ fraction, ...(text !== undefined && { text }) }),
      log: { info: on("info"), warn: on("warn"), error: on("error") },
    },
    collected: { progress, log },
  };
}
