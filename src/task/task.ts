import type { z } from "zod";
import type { CallerFailureClass } from "../contract/failures.ts";
import type { Attempts, Priority } from "../contract/job-policy.ts";
import type { QueueName } from "../contract/queues.ts";
import type { JobContext, LogFields, SubmitOptions } from "./job-context.ts";
import type { Schedules } from "./schedule.ts";

export type { JobContext, LogFields, SubmitOptions };

/** An input that a caller may send, and how its job ends. */
export type Example<Schema extends z.ZodObject = z.ZodObject> = {
  readonly input: z.input<Schema>;
} & (
  | { readonly result: unknown; readonly failure?: never }
  | { readonly failure: CallerFailureClass; readonly result?: never }
);

/** As a method, so that tasks of any input are tasks. */
type UniqueKey<Schema extends z.ZodObject> = {
  of(input: z.output<Schema>): string | undefined;
}["of"];

/**
 * Work that a submitter can ask for; the name of its file in `tasks/` is its name. Where the type
 * of its result is of no interest, as in the registry, it is unknown.
 */
export interface Task<Schema extends z.ZodObject = z.ZodObject, Result = unknown> {
  readonly title: string;
  readonly description: string;
  /**
   * What the task accepts. Form, API and OpenAPI document are generated from it: `title` and
   * `description` in a field's `.meta()` label it; its default, its own first example or the task's fills the form.
   * Producer and worker both apply it, one to the other's result, so it must take what it returns:
   * `.overwrite()` and `z.coerce` do, `.transform()` and codecs are refused. Its checks must answer
   * at once: what has to be waited for belongs into `run`.
   */
  readonly input: Schema;
  /**
   * Shown in the OpenAPI document, the first one in the form too; `npm test`, `npm run demo` and
   * `npm run smoke` run them, the last one on a deployment: they must be quick and harmless.
   */
  readonly examples?: readonly Example<Schema>[];
  /**
   * Where its jobs wait, one of those in `contract/queues.ts`; `default` if not given. Jobs that were
   * submitted before a task moved to another queue run where they wait; their Idempotency-Keys are
   * not known in the new one.
   */
  readonly queue?: QueueName;
  /**
   * How often a job is tried, `max`, and how long it waits before the second attempt, `backoffMs`,
   * which doubles with each further one; `jitter` is the part of it that is left to chance. Four
   * times, after 0.5 to 1 s, 1 to 2 s and 2 to 4 s, where it says nothing else; `max: 1` for no retry.
   * A job keeps what held when it was submitted.
   */
  readonly attempts?: Partial<Attempts>;
  /**
   * Whose jobs are taken first of those that wait in the same queue: "high", which is what holds
   * where it says nothing, then "normal", then "low". While jobs of a higher priority wait, none of a
   * lower one starts, for however long that is. A job keeps what held when it was submitted.
   */
  readonly priority?: Priority;
  /**
   * A key made from the input, of which one job at a time may be unfinished; `undefined` for any
   * number. Whoever submits a second one gets the first one's id, and so is told its input and its
   * result. A job that is retried by hand after its end does not count.
   */
  readonly unique?: UniqueKey<Schema>;
  /**
   * When its jobs are submitted without anybody asking: `{ cron, timeZone, input, missed }` with
   * cron's five fields, by the clocks of a zone of the IANA, `"UTC"` if not given; or `{ everyMs, input,
   * missed }`, at whole multiples of that since 1970, from a second to a year; or several of them,
   * each by its name. Each slot, an instant, gets exactly one job: what is due in the hour that
   * summer time skips runs an hour later, and in the hour that comes twice what is due every hour
   * runs twice, and all else once. Slots that nobody ran within a minute, because no worker was
   * there, are `missed`: `"run once"`, the default, runs the last of them, and `"skip"` none. A
   * schedule's jobs may pile up while its queue does not move: `unique` bounds them.
   */
  readonly schedule?: Schedules<Schema>;
  /**
   * The task is aborted and fails as `timeout` after this many milliseconds: a whole number from 1
   * to 2^31 - 1, which is 24 days. That of an `isolated` task count from when its process, which has
   * 30 seconds to start, has loaded it.
   */
  readonly timeLimitMs: number;
  /**
   * Runs each job in a child process of the worker, one at a time in each: for work that blocks or
   * may crash. Such a process is killed if it does not stop within a second after the abort, and
   * gets none of the worker's own environment variables.
   */
  readonly isolated?: boolean;
  /**
   * What a result may have as JSON: 65,536 bytes, where it says nothing else, and 262,144 at most.
   * What is larger belongs into a store of its own, and its address into the result.
   */
  readonly maxResultBytes?: number;
  /**
   * Does the work and returns the result: anything that JSON keeps as it is, `maxResultBytes` at most: null,
   * booleans, finite numbers, texts, arrays and plain objects of these. Properties that are
   * `undefined` are left out; for anything else the job fails at once.
   * It may run again after a crash, and must stop soon after `job.signal` aborts.
   * Throw `TaskRejectedError` for input that can never succeed; anything else is retried.
   */
  run(input: z.output<Schema>, job: JobContext): Promise<Result>;
}

/** The type of its result is what `run` returns: clients are told of it. */
export function defineTask<Schema extends z.ZodObject, Result>(
  task: Task<Schema, Result>,
): Task<Schema, Result> {
  return task;
}

/** The input can never succeed: the job fails at once with this class and is not retried. */
export class TaskRejectedError extends Error {
  override readonly name = "TaskRejectedError";
  readonly failureClass: CallerFailureClass;
  constructor(failureClass: CallerFailureClass, reason: string) {
    super(reason);
    this.failureClass = failureClass;
  }
}

/** Something the task depends on did not answer: the job fails as `dependency` after its retries. */
export class DependencyError extends Error {
  override readonly name = "DependencyError";
}
