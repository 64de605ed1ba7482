import type { Job } from "bullmq";
import { type AttemptEntry, markOf } from "./attempt-entry.ts";
import { parseFailure } from "./failure-text.ts";
import { parseTime } from "./stored-time.ts";

/** Who records attempts. */
export interface Recorder {
  /** The worker's name. */
  readonly worker: string;
  /** Where an attempt at the job is traced, as hex digits; `{}` if it is not. */
  readonly trailOf: (job: Job) => Pick<AttemptEntry, "traceId" | "spanId">;
}

/** An attempt that ends now. */
export function describe(
  { worker, trailOf }: Recorder,
  job: Job,
  outcome: AttemptEntry["outcome"],
): AttemptEntry {
  return {
    start: job.attemptsStarted,
    outcome,
    number: job.attemptsMade + 1,
    startedAt: parseTime(job.processedOn),
    endedAt: Date.now(),
    worker,
    ...trailOf(job),
  };
}

/** One that has failed, for the reason that BullMQ has just given the job. */
export function describeFailure(
  recorder: Recorder,
  job: Job,
  outcome: "retried" | "failed",
  times: Partial<AttemptEntry> = {},
): AttemptEntry {
  const stack = job.stacktrace?.at(-1);
  return {
    ...describe(recorder, job, outcome),
    ...parseFailure(job.failedReason),
    ...(stack != null && { stackMark: markOf(stack) }),
    ...times,
  };
}

/** The end of a job that has failed: what BullMQ fails by itself, as it stalled too often or was cancelled, was not begun. */
export function describeEnd(recorder: Recorder, job: Job): AttemptEntry {
  return job.deferredFailure
    ? { start: job.attemptsStarted, outcome: "none" }
    : describeFailure(recorder, job, "failed");
}
