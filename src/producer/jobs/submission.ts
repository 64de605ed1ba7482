import type { UnavailableKind } from "../../contract/failures.ts";
import { type Context, trace } from "@opentelemetry/api";
import type { z } from "zod";
import type { submissionOutcomes, submissionSources } from "../../contract/metrics.ts";
import { logFields } from "../../contract/telemetry.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import { keyPattern } from "../../queue/job-id.ts";
import type { Shortage } from "../../queue/room.ts";
import { ClientFullError } from "../../queue/places.ts";
import type { StartTime } from "../../contract/start-time.ts";
import {
  KeyReusedError,
  type NewJob,
  QueueFullError,
  submitJob,
  UnreadJobError,
} from "../../queue/submission.ts";
import { acceptInput } from "../../task/accepted-input.ts";
import { policyOf } from "../../task/job-policy.ts";
import type { Tasks } from "../../task/registry.ts";
import type { Task } from "../../task/task.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import { type Tracing, trailOf } from "../../telemetry/spans.ts";
import { createPointer, maxErrors, RequestError, UnavailableError } from "../http/errors.ts";
import { receivedAtOf } from "../http/received-at.ts";
import type { Desk } from "./desk.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { type JobStatus, summarizeAdded, summarizeJob } from "./job-status.ts";
import type { Resubmits } from "./resubmission.ts";
import { beginSending, type Sending } from "./sending.ts";
import type { CountSubmitter } from "./submitters.ts";

export interface Submission {
  readonly task: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Without one it may start at once. */
  readonly start?: StartTime | undefined;
  /** The key of the schedule that an operator runs with it. */
  readonly schedule?: string | undefined;
  /** From whose input it was made, if from any job's. */
  readonly resubmits?: Resubmits | undefined;
  /** Where its end is to be told. */
  readonly callbackUrl?: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** Whether the key is the same job's, whichever submitter sends it. */
  readonly isKeyShared?: boolean;
  /** Who sends it, as `clientOf` or `clientOfName` says. */
  readonly client: string;
  /** What the file of users calls them; `undefined` for a stranger. */
  readonly submitter?: string | undefined;
  readonly source: (typeof submissionSources)[number];
  /** The request's trace, which the job continues. */
  readonly context: Context;
  /** Whether others are submitted at once with it. */
  readonly together?: boolean;
  /** JSON pointer of the input within what the client sent. */
  readonly pointer: string;
  /** Says in the client's words what is wrong with an input; zod's own if there are none. */
  readonly wordIssue?: (issue: z.core.$ZodRawIssue) => string | undefined;
}

export interface SubmitDeps extends Tracing {
  readonly tasks: Tasks;
  /** The queue that a task's jobs wait in; of an unknown one, any. */
  readonly deskOf: (task: string) => Desk;
  readonly idSecret: ReadIdSecret;
  /** Waiting jobs of a queue from which on no more are taken. */
  readonly maxDepth: number;
  /** What is wrong with a `callbackUrl`, in words that follow "the callback_url". */
  readonly findCallbackProblem: (url: string) => string | undefined;
  readonly metrics: ProducerMetrics;
  readonly log: Log;
  readonly refusals: Pick<RefusalLog, "note">;
  readonly countSubmitter: CountSubmitter;
}

export interface Receipt {
  readonly id: string;
  /** What is told of it, made when it is asked for: of a batch's rows nobody does. */
  readonly job: JobStatus;
  /** The key was known: this is the job of an earlier request. */
  readonly replayed: boolean;
}

type Outcome = (typeof submissionOutcomes)[number];

/**
 * Takes a client's job. When it returns, the job is in Redis for good.
 * Throws a `RequestError` for a request that can never be served, an `UnavailableError` otherwise.
 */
export async function submit(deps: SubmitDeps, submission: Submission): Promise<Receipt> {
  const { tasks, metrics, log, refusals } = deps;
  const task = tasks.has(submission.task) ? submission.task : "_OTHER";
  const queue = deps.deskOf(submission.task).name;
  const count = (outcome: Outcome) => {
    metrics.jobsEnqueued.inc({ queue, task, source: submission.source, outcome });
    deps.countSubmitter(submission.submitter, outcome);
  };
  try {
    const found = findTask(tasks, submission.task);
    const input = parseInput(found, submission);
    assertKey(submission.idempotencyKey);
    assertCallback(deps, submission.callbackUrl);
    const receipt = await add(deps, submission, { input, policy: policyOf(found, input) });
    count(receipt.replayed ? "deduplicated" : "added");
    return receipt;
  } catch (error) {
    count(outcomeOf(error));
    const span = trace.getSpan(submission.context);
    const trail = span === undefined ? {} : trailOf(span);
    if (error instanceof UnavailableError) {
      refusals.note({ error, task, trail });
    } else if (!(error instanceof RequestError)) {
      log.warn(
        {
          err: error,
          ...trail,
          [logFields.task]: task,
          [logFields.errorType]: "_OTHER",
          ...lineOf("job_not_queued"),
        },
        "job not queued",
      );
    }
    throw error;
  }
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof RequestError)) return "error";
  return error.kind === "too_many_unfinished" ? "limited" : "rejected";
}

function findTask(tasks: Tasks, name: string): Task {
  const found = tasks.get(name);
  if (found !== undefined) return found;
  const known = [...tasks.keys()].join(", ");
  const detail = `there is no task "${cutName(name)}", expected one of: ${known}`;
  throw new RequestError(422, detail, { errors: [{ pointer: "/task", detail }] });
}

function parseInput(
  found: Task,
  { task, input, pointer, wordIssue = wordMissing }: Submission,
): Record<string, unknown> {
  const parsed = acceptInput(found, input, { error: wordIssue });
  // As Redis will give it back: compared with what is stored, anything else would look like another input.
  if (parsed.kind === "taken") return parsed.value;
  if (parsed.kind === "broken") {
    throw new Error(`the task "${task}" is at fault: ${parsed.problem}`);
  }
  // One more than is told at most: each repeats the keys that lead to it.
  const errors = parsed.error.issues.slice(0, maxErrors + 1).map(({ path, message }) => ({
    pointer: `${pointer}${createPointer(path)}`,
    detail: message,
  }));
  throw new RequestError(422, `the input does not fit the task "${task}"`, { errors });
}

function wordMissing({ input }: z.core.$ZodRawIssue): string | undefined {
  return input === undefined ? "a value is required" : undefined;
}

/** Shorter than an error's text, whose end says what is expected. */
const longestName = 100;

function cutName(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
}

/** Throws a `RequestError` for what cannot be an Idempotency-Key. */
export function assertKey(idempotencyKey: string | undefined): void {
  if (idempotencyKey === undefined || keyPattern.test(idempotencyKey)) return;
  throw new RequestError(
    400,
    "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces",
  );
}

function assertCallback(
  { findCallbackProblem }: Pick<SubmitDeps, "findCallbackProblem">,
  url: string | undefined,
): void {
  const problem = url === undefined ? undefined : findCallbackProblem(url);
  if (problem === undefined) return;
  const detail = `the callback_url ${problem}`;
  throw new RequestError(422, detail, { errors: [{ pointer: "/callback_url", detail }] });
}

const shortageKinds = {
  depth: "overloaded",
  memory: "memory_low",
} as const satisfies Record<Shortage, UnavailableKind>;

async function add(
  deps: SubmitDeps,
  submission: Submission,
  content: Pick<NewJob, "input" | "policy">,
): Promise<Receipt> {
  const { task, start, schedule, callbackUrl, context, idempotencyKey } = submission;
  const { client, submitter, together } = submission;
  let sending: Sending | undefined;
  const { name: queue, ask, load, places } = deps.deskOf(task);
  const carrierOf = (id: string) => {
    sending = beginSending(deps, context, { queue, id, task });
    return sending.carrier;
  };
  try {
    const { job, state, replayed } = await submitJob(
      { ...deps, ask, load, places },
      {
        task,
        ...content,
        start,
        schedule,
        resubmitOf: submission.resubmits?.job.id,
        callbackUrl,
        idempotencyKey,
        isKeyShared: submission.isKeyShared,
        client,
        submitter,
        receivedAt: receivedAtOf(context),
        together,
        carrierOf,
      },
    );
    const { id = "" } = job;
    sending?.end();
    deps.log.info(
      {
        ...(sending && trailOf(sending.span)),
        [logFields.jobId]: id,
        [logFields.task]: task,
        [logFields.submitter]: submitter,
        ...(replayed ? lineOf("job_known") : lineOf("job_queued")),
      },
      replayed ? "job known" : "job queued",
    );
    return {
      id,
      replayed,
      get job() {
        return replayed ? summarizeJob(job, state) : summarizeAdded(job);
      },
    };
  } catch (error) {
    const refusal = refuse(error, sending !== undefined);
    // Whether or not it is the job that was meant, Redis has answered.
    if (error instanceof KeyReusedError) sending?.end();
    else sending?.fail(kindOf(refusal));
    throw refusal;
  }
}

/** What the client is told of an error on the way to Redis. */
function refuse(error: unknown, isSent: boolean): unknown {
  if (error instanceof QueueFullError) {
    return new UnavailableError(shortageKinds[error.shortage], error);
  }
  if (error instanceof UnreadJobError) return new UnavailableError("unknown", error);
  if (error instanceof ClientFullError) return refuseFull(error);
  if (error instanceof KeyReusedError) return new RequestError(409, error.message);
  if (!isSent || error instanceof UnavailableError) return error;
  // A script of Redis that fails has done what comes before.
  return new UnavailableError("unknown", error);
}

/** As a span's `error.type`. */
function kindOf(refusal: unknown): string {
  const isOurs = refusal instanceof UnavailableError || refusal instanceof RequestError;
  return (isOurs ? refusal.kind : undefined) ?? "_OTHER";
}

/** Jobs of a public form end within seconds or minutes. */
const retryFullSeconds = 10;

function refuseFull({ limit }: ClientFullError): RequestError {
  const message =
    `${limit} jobs from here have not ended yet, as many as one client may have; ` +
    "nothing was queued, try again when some of them have ended";
  return new RequestError(429, message, {
    kind: "too_many_unfinished",
    retryAfterSeconds: retryFullSeconds,
  });
}
