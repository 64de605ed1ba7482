import { type LogLevel, reportLimits } from "../contract/job-reports.ts";
import type { SubmitChild } from "./child-job.ts";
import type { JobContext } from "./job-context.ts";
import { copyPlain, cutText, type PlainFields } from "./plain-fields.ts";
import { openSubmissions } from "./submissions.ts";

/** How far a job is. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly text?: string;
}

/** A line of a job's log. */
export interface LogLine {
  /** Unix time in ms. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: PlainFields;
}

/** Takes what a task tells of its job: bounded, and well-formed. */
export interface JobReports {
  readonly progress: (progress: Progress) => void;
  /** `skipped` lines before these were too many to be passed on. */
  readonly log: (lines: readonly LogLine[], skipped: number) => void;
}

export interface OpenJobContext {
  readonly job: JobContext;
  /** Resolves once all that the task has submitted is stored; rejects as that of `Submissions`. */
  readonly settle: () => Promise<void>;
  /** What the task tells from now on is ignored, and what it submits is refused. */
  readonly close: () => void;
}

/** A sum of fractions may miss 1 by as much. */
const rounding = 1e-9;

/**
 * The context of an attempt. What a task tells wrongly is left out, and its log says so once: it is
 * its author's mistake, for which no job should fail.
 */
export function openJobContext(
  { id, attempt, signal }: Pick<JobContext, "id" | "attempt" | "signal">,
  reports: JobReports,
  submit: SubmitChild,
): OpenJobContext {
  const submissions = openSubmissions(signal, submit);
  const told = new Set<string>();
  let open = true;
  const write = (level: LogLevel, message: unknown, fields: unknown) => {
    if (open) reports.log([createLine({ at: Date.now(), level, message, fields })], 0);
  };
  const complain = (problem: string) => {
    const isNew = !told.has(problem) && told.size === 0;
    told.add(problem);
    if (isNew) write("warn", problem, undefined);
  };
  const job: JobContext = {
    id,
    attempt,
    signal,
    progress: (fraction: unknown, text: unknown) => {
      if (!open) return;
      if (!isFraction(fraction)) {
        complain(`job.progress was given ${describe(fraction)}, expected a number from 0 to 1`);
      } else if (text !== undefined && typeof text !== "string") {
        complain(`job.progress was given ${describe(text)}, expected a text`);
        reports.progress(createProgress(fraction));
      } else reports.progress(createProgress(fraction, text));
    },
    log: {
      info: (message, fields) => write("info", message, fields),
      warn: (message, fields) => write("warn", message, fields),
      error: (message, fields) => write("error", message, fields),
    },
    submit: submissions.submit,
  };
  return {
    job,
    settle: submissions.settle,
    close: () => {
      open = false;
      submissions.close();
    },
  };
}

/** What is kept of it. */
function createProgress(fraction: number, text?: string): Progress {
  const progress = { fraction: Math.min(1, Math.max(0, fraction)) };
  return text === undefined || text === ""
    ? progress
    : { ...progress, text: cutText(text, reportLimits.text) };
}

/** What is kept of a line, whatever the task has given for its message and its fields. */
export function createLine({
  at,
  level,
  message,
  fields,
}: {
  readonly at: number;
  readonly level: LogLevel;
  readonly message: unknown;
  readonly fields: unknown;
}): LogLine {
  const text = cutText(
    typeof message === "string" ? message : describe(message),
    reportLimits.line,
  );
  const room = reportLimits.line - text.length;
  const isObject = typeof fields === "object" && fields !== null;
  return { at, level, message: text, fields: isObject ? copyPlain(fields, room) : {} };
}

function isFraction(value: unknown): value is number {
  return typeof value === "number" && value >= -rounding && value <= 1 + rounding;
}

function describe(value: unknown): string {
  const { value: copied } = copyPlain({ value }, reportLimits.text);
  return copied === undefined
    ? "undefined"
    : typeof value === "number"
      ? String(value)
      : JSON.stringify(copied);
}
