import type { z } from "zod";
import type { LogLevel } from "../contract/job-reports.ts";
import type { Task } from "./task.ts";

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
  /**
   * Submits a job of another task, which is imported from its file, and tells its id. Once it
   * resolves, that job is stored for good, and runs whatever becomes of this one.
   *
   * However often this job is run again, each of its jobs is submitted once: the first time counts,
   * and any later one with the same key resolves with the same id. Without a key, task and input
   * stand for it. So give one where the same task is to run twice with the same input, and where
   * an input differs from attempt to attempt, as one with the time in it does.
   *
   * Rejects, and the job fails for good if nobody catches that, with an input that the task does not
   * take, with a key that this job has used for another task or input, for more than 1,000 jobs of
   * one job, and in the 101st generation of jobs that submit jobs. Rejects with a `DependencyError`,
   * so that the job is tried again, while the queue is full, and with `signal.reason` once the signal
   * has aborted.
   */
  readonly submit: <Schema extends z.ZodObject>(
    task: Task<Schema>,
    input: z.input<Schema>,
    options?: SubmitOptions,
  ) => Promise<{ readonly id: string }>;
}

/** At most one of `runAt` and `delayMs`. */
export interface SubmitOptions {
  /** Tells this job from others of the same job: 1 to 128 characters. */
  readonly key?: string | undefined;
  /** When it is to start at the earliest, at most 365 days ahead; what is over means now. */
  readonly runAt?: Date | undefined;
  /** How long it waits from now on, at most 365 days. */
  readonly delayMs?: number | undefined;
}

/** What belongs to a line of the log, by name; of large values a part is kept. */
export type LogFields = Readonly<Record<string, unknown>>;
