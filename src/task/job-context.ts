/** A job's own log. */
export interface JobLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a task is told of the job that it runs for, and what it can tell of it. */
export interface JobContext {
  readonly id: string;
  /** 1 for the first one. */
  readonly attempt: number;
  /** Aborts at the time limit, and when the job is to stop. */
  readonly signal: AbortSignal;
  /** How far it has come, from 0 to 1. */
  progress(fraction: number, text?: string): void;
  readonly log: JobLog;
}
