import type { FailureClass } from "../contract/failures.ts";
import type { AttemptOutcome } from "../contract/job-history.ts";
import type { Priority } from "../contract/job-policy.ts";
import type { AnyTasks, ResultOf, TakenInputOf, TaskName, TasksOf } from "./tasks.ts";

/** What the API tells of a job, in its own words: how it stands is in `status`. */
export type Job<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks> = TaskName<Tasks>,
> = Name extends unknown
  ? WaitingJob<Tasks, Name> | WorkingJob<Tasks, Name> | EndedJob<Tasks, Name>
  : never;

/** One of which nothing more will come: it has succeeded with a `result`, or failed with an `error_type`. */
export type EndedJob<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks> = TaskName<Tasks>,
> = Name extends unknown ? SucceededJob<Tasks, Name> | FailedJob<Tasks, Name> : never;

/** What is told of a job whatever becomes of it. */
interface AnyJob<Tasks extends TasksOf<Tasks>, Name extends TaskName<Tasks>> {
  readonly id: string;
  readonly task: Name;
  /** The name of the one that it waits in. */
  readonly queue: string;
  readonly input: TakenInputOf<Tasks, Name>;
  /** Those that have ended. */
  readonly attempts: number;
  readonly max_attempts: number;
  /** Jobs of a higher one are taken first from the same queue; `high`, which most have, is not told. */
  readonly priority?: Priority;
  /** When the request came that has submitted it. */
  readonly received_at?: string;
  readonly created_at?: string;
  readonly started_at?: string;
  readonly trace_id?: string;
  /** The schedule that submitted it, if one did; without a slot, an operator has run it. */
  readonly schedule?: { readonly key: string; readonly slot?: string };
  /** The user or token that has submitted it, as far as this client may know; streams do not tell. */
  readonly submitter?: string;
  /** Whether its end was told to its `callbackUrl`, if it has one. */
  readonly callback?: {
    readonly host: string;
    readonly state: "pending" | "retrying" | "delivered" | "given_up";
    readonly tries: number;
    readonly last_try_at?: string;
    readonly next_try_at?: string;
    readonly error?: string;
  };
  /** Lines that its task has logged; not told where there are none. */
  readonly logged?: number;
  /** It was cancelled and has not ended yet: its task is told to stop. */
  readonly cancelling?: true;
  /** Jobs that it has submitted, if any: how many, and the first hundred. */
  readonly submitted?: {
    readonly count: number;
    readonly jobs: readonly { readonly id: string; readonly task: string }[];
  };
  /** How often its own submitter, or an operator, has made a new job from its input, if ever. */
  readonly resubmitted?: number;
  /** It was made from the input of an older job. */
  readonly resubmission?: true;
  /** The id of that job, for who has submitted this one. */
  readonly resubmit_of?: string;
  /** The latest ten jobs that were made from its input, for the same. */
  readonly resubmitted_as?: readonly string[];
  /** Each start of an attempt, the latest last; not told before the first. */
  readonly history?: readonly JobAttempt[];
  /** Starts that are kept no longer, if any. */
  readonly history_omitted?: number;
  /** Each time that an operator has retried it after it had ended, if any. */
  readonly history_retries?: readonly {
    readonly after_start: number;
    readonly ended_at?: string;
    readonly retried_at: string;
  }[];
  /** Why it cannot run: what the queue holds of it was damaged. */
  readonly record_error?: string;
  /** Paths on the same server. */
  readonly links: { readonly self: string; readonly events: string; readonly page: string };
}

export interface WaitingJob<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks>,
> extends AnyJob<Tasks, Name> {
  readonly status: "waiting";
  /** Why it does; a job that has just come does not say. */
  readonly waiting?: {
    readonly reason: string;
    readonly ahead?: number;
    readonly ahead_is_lower_bound?: boolean;
    readonly retry_at?: string;
  };
}

export interface WorkingJob<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks>,
> extends AnyJob<Tasks, Name> {
  readonly status: "working";
  /** As far as its task tells: the part that is done, from 0 to 1, and what it is at. */
  readonly progress?: { readonly fraction: number; readonly text?: string };
}

export interface SucceededJob<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks>,
> extends AnyJob<Tasks, Name> {
  readonly status: "succeeded";
  readonly finished_at?: string;
  readonly result: ResultOf<Tasks, Name>;
}

export interface FailedJob<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks>,
> extends AnyJob<Tasks, Name> {
  readonly status: "failed";
  readonly finished_at?: string;
  readonly error_type: FailureClass;
  /** Why, for people. */
  readonly error: string;
}

/** One start of an attempt; what is not known of it is not told. */
export interface JobAttempt {
  /** The how manieth start of the job it is. */
  readonly start: number;
  /** Which of its attempts that is: one that was handed back or lost is started again as the same. */
  readonly number?: number;
  readonly outcome: AttemptOutcome;
  /** When it could have started, had a worker been free. */
  readonly ready_at?: string;
  readonly started_at?: string;
  readonly ended_at?: string;
  /** When the next one is due. */
  readonly next_at?: string;
  readonly error_type?: FailureClass;
  readonly error?: string;
  readonly worker?: { readonly name: string; readonly host?: string; readonly release?: string };
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** Of any task. */
export type SomeJob = Job<AnyTasks>;
export type AnEndedJob = EndedJob<AnyTasks>;

export function isEnded(job: SomeJob): job is AnEndedJob {
  return job.status === "succeeded" || job.status === "failed";
}

const statuses: readonly unknown[] = ["waiting", "working", "succeeded", "failed"];

/** Whether an answer is about a job; what it says of it is believed. */
export function isJob(value: unknown): value is SomeJob {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "status" in value &&
    statuses.includes(value.status)
  );
}
