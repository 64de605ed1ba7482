import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { reportLimits } from "../../contract/job-reports.ts";
import { logFields } from "../../contract/telemetry.ts";
import { appendLog } from "../../queue/job-log.ts";
import { readSubmitter } from "../../queue/job-owner.ts";
import { noProgress, readProgress } from "../../queue/job-progress.ts";
import type { JobReports, LogLine } from "../../task/job-reports.ts";
import { cutText } from "../../task/plain-fields.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { type Batch, type Journal, openJournal } from "./journal.ts";
import { createWorkerLines } from "./worker-lines.ts";

/** The attempt that reports. */
export interface ReportedAttempt {
  readonly task: string;
  readonly attempt: number;
  /** Fields of log lines that name its trace. */
  readonly trail: Readonly<Record<string, string>>;
}

export interface AttemptReports extends JobReports {
  /** Has Redis told of the rest, before whatever it is told next. */
  close(): void;
}

export type OpenReports = (job: Job, attempt: ReportedAttempt) => AttemptReports;

/**
 * Where attempts report to: Redis and the worker's log. Of one that reports nothing Redis hears
 * nothing.
 */
export function createReports(queue: Queue, redis: Redis, log: Log): OpenReports {
  const writeLines = createWorkerLines(log);
  return (job, { task, attempt, trail }) => {
    const id = job.id ?? "";
    const fields = {
      ...trail,
      [logFields.jobId]: id,
      [logFields.attempt]: attempt,
      [logFields.submitter]: readSubmitter(job.opts),
    };
    const onLost = (error: unknown) =>
      log.warn(
        { ...fields, [logFields.task]: task, err: error, ...lineOf("task_report_lost") },
        "cannot keep what a task tells of its job",
      );
    const write = async ({ progress, lines, count }: Batch) => {
      await Promise.all([
        progress && job.updateProgress({ ...progress, attempt }),
        count > 0 && appendLog(queue, redis, id, { lines, count }),
      ]);
    };
    let journal: Journal | undefined;
    const journalOf = () => (journal ??= openJournal(write, onLost));
    // The worker that was at this attempt before has lost it, and what it had done of it.
    if (readProgress(job.progress)?.attempt === attempt) {
      job.updateProgress(noProgress).catch(onLost);
    }
    return {
      progress: (progress) => journalOf().progress(progress),
      log(lines, skipped) {
        const kept = lines.map(({ fields: own, ...line }) => ({
          ...line,
          attempt,
          message: joinFields(line.message, own),
        }));
        journalOf().log(kept, skipped);
        writeLines(task, fields, lines);
      },
      close: () => journal?.close(),
    };
  };
}

function joinFields(message: string, fields: LogLine["fields"]): string {
  const names = Object.keys(fields);
  return names.length === 0
    ? message
    : cutText(`${message} ${JSON.stringify(fields)}`, reportLimits.line);
}
