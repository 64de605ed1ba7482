import type { FailureClass } from "../contract/failures.ts";
import { type AttemptOutcome, historyLimits } from "../contract/job-history.ts";
import type { AttemptEntry } from "./attempt-entry.ts";
import { parseFailure } from "./failure-text.ts";

/** A start of an attempt at a job, as far as it is known; times are Unix times in ms. */
export interface JobAttempt extends Omit<AttemptEntry, "outcome" | "closedAt" | "retriedAt"> {
  readonly outcome: AttemptOutcome;
  /** From when on it could have started, had a worker been free. */
  readonly readyAt?: number | undefined;
}

/** Somebody has retried a job, which had ended; times are Unix times in ms. */
export interface HandRetry {
  /** The last start before it; none may be told of that. */
  readonly after: number;
  readonly endedAt?: number | undefined;
  readonly retriedAt: number;
}

/** The starts of a job's attempts, the latest last. */
export interface JobHistory {
  readonly attempts: readonly JobAttempt[];
  /** The latest last. */
  readonly retries: readonly HandRetry[];
  /** Starts that are kept no longer, after the first ones. */
  readonly omitted: number;
}

/** What BullMQ keeps of a job's starts, and what we do. */
export interface StartedJob {
  /** As BullMQ calls it. */
  readonly state: string;
  /** BullMQ's count of its starts. */
  readonly starts: number;
  /** Attempts that have ended. */
  readonly ended: number;
  /** When it could have started for the first time. */
  readonly readyAt: number | undefined;
  /** Of the last start. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly worker: string | undefined;
  readonly failedReason: string | undefined;
  readonly entries: readonly AttemptEntry[];
}

const { first, last } = historyLimits;

/** Tells what happened to a job from what is kept of it. */
export function createHistory(job: StartedJob): JobHistory {
  const kept = new Map(job.entries.map((entry) => [entry.start, entry]));
  const shown = listStarts(job.starts);
  const attempts: JobAttempt[] = [];
  const retries: HandRetry[] = [];
  let omitted = job.starts - shown.length;
  let before: Start | undefined;
  for (const start of shown) {
    const entry = kept.get(start) ?? describeUnkept(job, start);
    if (entry === undefined) {
      omitted += 1;
      continue;
    }
    const { outcome, closedAt: endedAt, retriedAt, ...rest } = entry;
    if (retriedAt !== undefined) retries.push({ after: start, endedAt, retriedAt });
    if (outcome !== "none") {
      const ready = start === 1 ? job.readyAt : before && nextReadyAt(before, start);
      attempts.push({ ...rest, outcome, readyAt: earliest(ready, rest.startedAt) });
    }
    before = entry;
  }
  return { attempts, retries, omitted };
}

/** An entry, or what stands in for one. */
type Start = Omit<AttemptEntry, "outcome"> & { readonly outcome: AttemptOutcome | "none" };

/** Starts that may have an entry: those before the last ones lose theirs once these have all ended. */
function listStarts(starts: number): number[] {
  const ofFirst = Math.min(first, starts);
  const rest = Math.max(0, Math.min(last + 1, starts - first));
  return [
    ...Array.from({ length: ofFirst }, (_, i) => i + 1),
    ...Array.from({ length: rest }, (_, i) => starts - rest + i + 1),
  ];
}

/** A start without an entry; `undefined` for one that has lost its own to a later one. */
function describeUnkept(job: StartedJob, start: number): Start | undefined {
  if (start === job.starts) return describeLast(job);
  return start > first && start <= job.starts - last ? undefined : { start, outcome: "unknown" };
}

/** The last start, where it runs, has succeeded, or where its end was not noted. */
function describeLast(job: StartedJob): Start {
  const { state, starts: start, ended, startedAt, finishedAt: endedAt, worker } = job;
  if (state === "active") {
    return { start, outcome: "running", number: ended + 1, startedAt, worker };
  }
  const number = ended >= 1 ? ended : undefined;
  const end = { start, number, startedAt, endedAt, worker };
  if (state === "completed") return { ...end, outcome: "succeeded" };
  if (state !== "failed") return { start, outcome: "unknown", startedAt, worker };
  const failure = parseFailure(job.failedReason ?? "");
  return unbegun.has(failure.failureClass)
    ? { start, outcome: "none" }
    : { ...end, outcome: "failed", ...failure };
}

/** With these a job ends without an attempt; one that ends an attempt so is noted. */
const unbegun: ReadonlySet<FailureClass> = new Set(["stalled", "cancelled_by_user"]);

/** As far as it is known: older releases note of nothing that somebody retried it. */
function nextReadyAt(before: Start, next: number): number | undefined {
  const { start, outcome, nextAt, retriedAt, endedAt } = before;
  if (start !== next - 1) return undefined;
  if (retriedAt !== undefined) return retriedAt;
  if (outcome === "retried") return nextAt ?? endedAt;
  return outcome === "handed_back" || outcome === "lost" ? endedAt : undefined;
}

/** A job that was started before it was due has been promoted, or was taken by a clock that is ahead. */
function earliest(readyAt: number | undefined, startedAt: number | undefined): number | undefined {
  return readyAt === undefined || startedAt === undefined ? readyAt : Math.min(readyAt, startedAt);
}
