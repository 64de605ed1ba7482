import type { LogLevel } from "../contract/job-reports.ts";

/** The job that a task runs for, as the task's second argument. */
export interface JobContext {
  readonly id: string;
  /** 1 at first; a job that its worker hands back, or loses, has the same attempt again. */
  readonly attempt: number;
  /**
   * Aborts at the task's time limit, when the job is cancelled, and when the worker stops: the task
   * must then end soon.
   */
  readonly signal: AbortSignal;
  /**
   * Shows on the job's page how far it is: a number from 0 to 1, and up to 200 characters on it.
   * Call it as often as you like: of several within a quarter of a second the last one counts. A
   * number that is none is left out, and the job's log says so.
   */
  readonly progress: (fraction: number, text?: string) => void;
  /**
   * Writes a line to the job's log, which its page shows, and to the worker's: up to 2,000 characters
   * with its fields. A job keeps its last 200 lines, or 64 KB of them.
   */
  readonly log: Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;
}

/** What belongs to a line of the log, by name; of large values a part is kept. */
export type LogFields = Readonly<Record<string, unknown>>;
