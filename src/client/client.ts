import { cancelJob } from "./cancel.ts";
import type { ClientError } from "./errors.ts";
import type { EndedJob, Job, SomeJob } from "./job.ts";
import { type JobLog, readLog } from "./log.ts";
import { type Fetch, readServerUrl, type Server } from "./server.ts";
import { createKey, submitJob } from "./submit.ts";
import { type Outcome, submitMany } from "./submit-many.ts";
import type { AnyTasks, InputOf, TaskName, TasksOf } from "./tasks.ts";
import { readToken, withToken } from "./token.ts";
import { readJob, waitForJob } from "./wait.ts";

/** The server gives Redis two seconds; what is left is for the network. */
const requestMs = 10_000;
/** A limit of the server's counts a minute, after which it begins anew. */
const retryMs = 90_000;
/** Longer than most jobs take, and shorter than a person waits. */
const deadlineMs = 600_000;
/** Few enough that other clients of the server hardly notice. */
const concurrency = 8;

export interface ClientOptions {
  /** The public listener's address, such as `http://localhost:8080`; in a page of it, `location.origin`. */
  readonly url: string;
  /**
   * The token that each request carries. If not given, `TRIPOD_TOKEN` of the process, where there is
   * one; `null` sends none. With a token no redirect is followed, so that nobody else gets it.
   */
  readonly token?: string | null | undefined;
  /** The platform's own if not given. */
  readonly fetch?: Fetch;
  /** How long one request may take to be answered: 10 s if not given. */
  readonly requestMs?: number;
  /** How long a request that is refused for now, or not answered, is made again: 90 s if not given. */
  readonly retryMs?: number;
  /** Called before each pause after which a request is made again. */
  readonly onRetry?: (error: ClientError, pauseMs: number) => void;
}

export interface CallOptions {
  /** Ends the call, which rejects with its reason; a job that was submitted goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the client's own. */
  readonly retryMs?: number | undefined;
}

/** When a job is to start at the earliest, by one of the two; at once if by neither. */
export interface StartOptions {
  /** A text is a time with its offset, such as `2026-12-01T02:00:00Z`. One that is over means now. */
  readonly runAt?: Date | string | undefined;
  /** From when the server takes it. */
  readonly delayMs?: number | undefined;
}

/** Whom to tell of the job's end. */
export interface CallbackOptions {
  /** An address that the server sends it to, in a signed request; it must be set up to do so. */
  readonly callbackUrl?: string | undefined;
}

export interface SubmitOptions extends CallOptions, StartOptions, CallbackOptions {
  /** The Idempotency-Key: jobs of one key, one input and one start are one job. A random one if not given. */
  readonly key?: string | undefined;
}

/** `callbackUrl` holds for those that have none of their own. */
export interface SubmitManyOptions extends CallOptions, CallbackOptions {
  /** How many are on their way at a time: 8 if not given. */
  readonly concurrency?: number | undefined;
}

export interface LogOptions extends CallOptions {
  /** The number of the last line that is known: only those after it are told. */
  readonly after?: number | undefined;
}

export interface WaitOptions<AJob = SomeJob> extends CallOptions {
  /** How long the job may take to end: 10 minutes if not given; `Infinity` sets no limit. */
  readonly deadlineMs?: number | undefined;
  /** Called with each state that is told. */
  readonly onChange?: ((job: AJob) => void) | undefined;
}

/** A job by its id; one that was submitted also says whose result it has. */
export type JobRef<Name> = string | { readonly id: string; readonly task: Name };

export type OneSubmission<
  Tasks extends TasksOf<Tasks>,
  Name extends TaskName<Tasks> = TaskName<Tasks>,
> = Name extends unknown
  ? StartOptions &
      CallbackOptions & {
        readonly task: Name;
        readonly input: InputOf<Tasks, Name>;
        readonly key?: string;
      }
  : never;

/**
 * Submits jobs and tells of them. What may pass is tried again, as long as `retryMs` says and when the
 * server says; a job is submitted with a key, so that it is one job however often it was sent.
 *
 * Calls reject with a `RefusedError` (what the server said), an `UnansweredError` (it said nothing) or
 * the reason of the signal. That a job failed is no error of a call: it is an answer, `status: "failed"`,
 * beside `"succeeded"`, so that the compiler has both looked at, in the API's own words.
 */
export interface Client<Tasks extends TasksOf<Tasks>> {
  /** Resolves once the job is in the queue, on disk. */
  submit<Name extends TaskName<Tasks>>(
    task: Name,
    input: InputOf<Tasks, Name>,
    options?: SubmitOptions,
  ): Promise<Job<Tasks, Name>>;
  /**
   * Resolves with what became of each, in their order, and never rejects. `retryMs` counts from the
   * last one that was taken, so that more than the server takes at a time are only slower.
   */
  submitMany(
    submissions: Iterable<OneSubmission<Tasks>>,
    options?: SubmitManyOptions,
  ): Promise<Outcome<Job<Tasks>>[]>;
  /** How the job stands. */
  get<Name extends TaskName<Tasks> = TaskName<Tasks>>(
    job: JobRef<Name>,
    options?: CallOptions,
  ): Promise<Job<Tasks, Name>>;
  /** What the job's task has logged, as far as it is kept. */
  log(job: JobRef<TaskName<Tasks>>, options?: LogOptions): Promise<JobLog>;
  /**
   * Cancels the job, from wherever it was submitted, and tells how it stands then: ended, or at its
   * last attempt, which ends within two seconds. To cancel it twice is harmless. Rejects with a
   * `RefusedError` of status 409 if it has ended by itself.
   */
  cancel<Name extends TaskName<Tasks> = TaskName<Tasks>>(
    job: JobRef<Name>,
    options?: CallOptions,
  ): Promise<Job<Tasks, Name>>;
  /** The job once it has ended; rejects with an `UnendedError` if that takes longer than `deadlineMs`. */
  wait<Name extends TaskName<Tasks> = TaskName<Tasks>>(
    job: JobRef<Name>,
    options?: WaitOptions<Job<Tasks, Name>>,
  ): Promise<EndedJob<Tasks, Name>>;
}

/**
 * A client of the server at the address; `Tasks` is what `src/tasks/tasks.d.ts` exports. Throws a
 * `TypeError` for an address or a token that can be none.
 */
export function createClient<Tasks extends TasksOf<Tasks>>(options: ClientOptions): Client<Tasks> {
  // Called as a method of another object, a browser's fetch throws.
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const server: Server = {
    url: readServerUrl(options.url),
    fetch: withToken(fetch, readToken(options.token)),
    requestMs: options.requestMs ?? requestMs,
    retryMs: options.retryMs ?? retryMs,
    onRetry: options.onRetry ?? (() => {}),
  };
  const limitsOf = (call: CallOptions) => ({
    signal: call.signal,
    retryMs: call.retryMs ?? server.retryMs,
  });
  const untyped = {
    async submit(task: string, input: unknown, call: SubmitOptions = {}) {
      const { signal, retryMs: limitMs } = limitsOf(call);
      const until = performance.now() + limitMs;
      const { key = createKey(), runAt, delayMs, callbackUrl } = call;
      const submission = { task, input, key, runAt, delayMs, callbackUrl };
      return submitJob(server, submission, { signal, giveUpAt: () => until });
    },
    async submitMany(submissions: Iterable<OneSubmission<AnyTasks>>, call: SubmitManyOptions = {}) {
      const all = Array.from(submissions, (one) => ({
        ...one,
        key: one.key ?? createKey(),
        callbackUrl: one.callbackUrl ?? call.callbackUrl,
      }));
      const limits = { ...limitsOf(call), concurrency: call.concurrency ?? concurrency };
      return submitMany(server, all, limits);
    },
    async get(job: JobRef<string>, call: CallOptions = {}) {
      return readJob(server, idOf(job), limitsOf(call));
    },
    async log(job: JobRef<string>, call: LogOptions = {}) {
      return readLog(server, idOf(job), { ...limitsOf(call), after: call.after ?? 0 });
    },
    async cancel(job: JobRef<string>, call: CallOptions = {}) {
      return cancelJob(server, idOf(job), limitsOf(call));
    },
    async wait(job: JobRef<string>, call: WaitOptions = {}) {
      return waitForJob(server, idOf(job), {
        ...limitsOf(call),
        deadlineMs: call.deadlineMs ?? deadlineMs,
        onChange: call.onChange ?? (() => {}),
      });
    },
  };
  // What a server of other tasks than these tells is told as it is.
  return untyped as unknown as Client<Tasks>;
}

function idOf(job: JobRef<string>): string {
  return typeof job === "string" ? job : job.id;
}
