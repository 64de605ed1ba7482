import { reportLimits } from "../../contract/job-reports.ts";
import type { JobReports, LogLine, Progress } from "../../task/job-reports.ts";

/** Time between two messages. By the clock, for a task that computes lets no timer run. */
const everyMs = 100;

/** What a message says of what the task has told since the last one. */
export interface Report {
  readonly progress?: Progress;
  readonly lines: readonly LogLine[];
  /** Lines before these that were too many. */
  readonly skipped: number;
}

export interface Outbox extends JobReports {
  /** Sends the rest. */
  close(): void;
}

/**
 * Collects what a task tells in its own process, and sends it to the worker ten times a second at
 * most. `send` returns whether more can be sent before `onSent` is called.
 */
export function openOutbox(send: (report: Report, onSent: () => void) => boolean): Outbox {
  let progress: Progress | undefined;
  let lines: LogLine[] = [];
  let skipped = 0;
  let sentAt = Number.NEGATIVE_INFINITY;
  let isFull = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (progress === undefined && lines.length === 0) return;
    const report = { ...(progress && { progress }), lines, skipped };
    progress = undefined;
    lines = [];
    skipped = 0;
    sentAt = performance.now();
    isFull = !send(report, () => {
      isFull = false;
      flushSoon();
    });
  };
  const flushSoon = () => {
    if (isFull) return;
    const waitMs = sentAt + everyMs - performance.now();
    if (waitMs <= 0) flush();
    else timer ??= setTimeout(flush, waitMs);
  };
  return {
    progress(latest) {
      progress = latest;
      flushSoon();
    },
    log(added, more) {
      skipped += more;
      lines.push(...added);
      while (lines.length > reportLimits.lines) {
        lines.shift();
        skipped += 1;
      }
      flushSoon();
    },
    close: flush,
  };
}
