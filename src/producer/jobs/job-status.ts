import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { FailureClass } from "../../contract/failures.ts";
import { type ChildNote, readChildren } from "../../queue/child-notes.ts";
import { readCallbackNote, readCallbackUrl } from "../../queue/job-callback.ts";
import { countLogged } from "../../queue/job-log.ts";
import { createHistory } from "../../queue/job-history.ts";
import { type JobRecord, readRecord } from "../../queue/job-record.ts";
import { type JobPlace, readPlace } from "../../queue/place.ts";
import type { JobSchedule } from "../../queue/job-schedule.ts";
import { readPostponedSince } from "../../queue/postponement.ts";
import { readyAt } from "../../queue/ready-at.ts";
import { readResubmitOf } from "../../queue/resubmission.ts";
import { readStoredStarts } from "../../queue/stored-history.ts";
import { parseTime } from "../../queue/stored-time.ts";
import { paths } from "../../contract/paths.ts";
import type { QueueState } from "../../queue/state.ts";
import { extractContext, traceIdOf } from "../../telemetry/spans.ts";
import { tellCallback } from "./job-callback.ts";
import { tellHistory } from "./job-history.ts";
import type { AnyJobStatus } from "./job-schema.ts";

/** A job as the API tells it and the pages show it; what only some of them have may be asked of any. */
export type JobStatus = AnyJobStatus;

/** A job without a name is listed among those of no known task. */
export const unnamed = "_OTHER";

/** Whether nothing more will become of the job by itself. */
export function isFinal({ status }: Pick<JobStatus, "status">): boolean {
  return status === "succeeded" || status === "failed";
}

/** What tells this end of the job from one after it was retried by hand; `undefined` before any. */
export function endOf(job: Pick<JobStatus, "status" | "finished_at">): string | undefined {
  return isFinal(job) ? (job.finished_at ?? job.status) : undefined;
}

export function linksOf(id: string): JobStatus["links"] {
  const self = `${paths.api}/${id}`;
  return { self, events: `${self}/events`, page: `${paths.jobs}/${id}` };
}

/** The job's status, or `undefined` when there is no such job (any more). */
export async function readJobStatus(
  { queue, redis, state }: { queue: Queue; redis: Redis; state: () => Promise<QueueState> },
  id: string,
): Promise<JobStatus | undefined> {
  // State first: what is read of the job afterwards can only be newer, so a result is never missing.
  const read = () =>
    Promise.all([
      readPlace(queue, redis, id),
      queue.getJob(id),
      countLogged(queue, redis, id),
      readChildren(queue, redis, id),
      readStoredStarts(queue, redis, id),
    ]);
  let [place, job, logged, children, starts] = await read();
  // Somebody has retried it between the two, which takes the end out of its record.
  if (hasEnded(place.state) && job?.finishedOn === undefined) {
    [place, job, logged, children, starts] = await read();
  }
  if (job === undefined || place.state === "unknown") return undefined;
  const url = readCallbackUrl(job.opts);
  const note = url === undefined ? undefined : await readCallbackNote(queue, redis, id);
  const status = {
    ...summarizeJob(job, place.state),
    ...(url !== undefined && { callback: tellCallback(url, note, job.finishedOn) }),
    ...(logged > 0 && { logged }),
    ...(children.length > 0 && { submitted: tellChildren(children) }),
    ...(starts.resubmitted > 0 && { resubmitted: starts.resubmitted }),
    ...tellHistory(
      createHistory({
        ...starts,
        state: place.state,
        readyAt: readyAt(job),
        failedReason: job.failedReason,
      }),
    ),
  };
  if (status.status !== "waiting") return status;
  return { ...status, waiting: await explainWaiting({ job, place, queue, redis, state }) };
}

/** Of many, the first ones: whoever wants to know of all has their task tell it. */
const toldChildren = 100;

function tellChildren(children: readonly ChildNote[]): JobStatus["submitted"] {
  const jobs = children.slice(0, toldChildren).map(({ id, task }) => ({ id, task }));
  return { count: children.length, jobs };
}

/** What a job says of itself in this state; why it waits takes a further look. */
export function summarizeJob(job: Job, jobState: string): JobStatus {
  const record = readRecord(job);
  const { id, receivedAt, createdAt, startedAt, progress, schedule, damage } = record;
  const traceId = traceIdOf(extractContext(record.trace));
  const callbackUrl = readCallbackUrl(job.opts);
  return {
    id,
    task: record.task ?? unnamed,
    queue: job.queueName,
    ...describeOutcome(record, jobState),
    input: { ...record.input },
    attempts: record.attempts,
    max_attempts: countMaxAttempts(record, jobState),
    ...(record.priority !== "high" && { priority: record.priority }),
    ...(receivedAt !== undefined && { received_at: iso(receivedAt) }),
    ...(createdAt !== undefined && { created_at: iso(createdAt) }),
    ...(startedAt !== undefined && { started_at: iso(startedAt) }),
    ...(traceId !== undefined && { trace_id: traceId }),
    ...(progress !== undefined && { progress }),
    ...(callbackUrl !== undefined && { callback: tellCallback(callbackUrl) }),
    ...(readResubmitOf(job.opts) !== undefined && { resubmission: true as const }),
    ...(schedule !== undefined && { schedule: tellSchedule(schedule) }),
    ...(record.cancelled && !hasEnded(jobState) && { cancelling: true }),
    ...(damage !== undefined && { record_error: damage }),
    links: linksOf(id),
  };
}

function tellSchedule({ key, slotMs }: JobSchedule): NonNullable<JobStatus["schedule"]> {
  return { key, ...(slotMs !== undefined && { slot: iso(slotMs) }) };
}

/** What a job that was just added says of itself; when it is due needs no further look. */
export function summarizeAdded(job: Job): JobStatus {
  const status = summarizeJob(job, "waiting");
  const due = readyAt(job);
  if (status.status !== "waiting" || !job.opts.delay || due === undefined) return status;
  return { ...status, waiting: { reason: "delayed", retry_at: iso(due) } };
}

/** Somebody who retries a job that has used its attempts up, as in Bull Board, gives it one more. */
function countMaxAttempts({ attempts, maxAttempts }: JobRecord, jobState: string): number {
  return Math.max(maxAttempts, hasEnded(jobState) ? attempts : attempts + 1);
}

function hasEnded(jobState: string): boolean {
  return jobState === "completed" || jobState === "failed";
}

type Outcome =
  | { readonly status: "waiting" | "working" }
  | (Ended & { readonly status: "succeeded"; readonly result: unknown })
  | (Ended & {
      readonly status: "failed";
      readonly error_type: FailureClass;
      readonly error: string;
    });
type Ended = { readonly finished_at?: string };

function describeOutcome(record: JobRecord, jobState: string): Outcome {
  const { finishedAt, result, failure } = record;
  const finished = finishedAt === undefined ? {} : { finished_at: iso(finishedAt) };
  const status = statusOf(jobState);
  if (status === "succeeded") return { status, ...finished, result };
  if (status !== "failed") return { status };
  return { status, ...finished, error_type: failure.failureClass, error: failure.reason };
}

/** What a state of BullMQ's is called. */
export function statusOf(jobState: string): JobStatus["status"] {
  switch (jobState) {
    case "completed":
      return "succeeded";
    case "failed":
      return "failed";
    case "active":
      return "working";
    default:
      return "waiting";
  }
}

interface WaitingJob {
  readonly job: Job;
  readonly place: JobPlace;
  readonly queue: Queue;
  readonly redis: Redis;
  readonly state: () => Promise<QueueState>;
}

async function explainWaiting(waiting: WaitingJob): Promise<NonNullable<JobStatus["waiting"]>> {
  const { job, place, queue, redis } = waiting;
  if (place.state === "delayed") {
    const postponedSince = await readPostponedSince(queue, redis, job);
    const reason =
      postponedSince !== undefined
        ? "unknown_to_workers"
        : readRecord(job).attempts === 0
          ? "delayed"
          : "retrying";
    const retryAt = parseTime((place.delayScore ?? Number.NaN) / 4_096);
    return { reason, ...(retryAt !== undefined && { retry_at: iso(retryAt) }) };
  }
  return {
    reason: findReason(await waiting.state()),
    ...(place.ahead !== undefined && { ahead: place.ahead }),
    ...(place.aheadIsLowerBound === true && { ahead_is_lower_bound: true }),
  };
}

/** What comes first must change first for the job to start. */
function findReason({
  paused,
  workers,
  heldBy: [limit],
}: QueueState): "paused" | "no_workers" | "concurrency_limit" | "rate_limit" | "queued" {
  if (paused) return "paused";
  if (workers === 0) return "no_workers";
  return limit === undefined ? "queued" : `${limit}_limit`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
