import type { FailureGroup, IndexedJob, IndexStanding } from "../../explorer/job-index.ts";

/** A job as programs are told of it; null is what is not known, or not so yet. */
export function tellJob(job: IndexedJob) {
  return {
    id: job.id,
    queue: job.queue,
    task: job.task,
    state: job.state,
    created_at: isoOf(job.createdAt),
    ready_at: isoOf(job.readyAt),
    started_at: isoOf(job.startedAt),
    ended_at: isoOf(job.endedAt),
    waited_seconds: secondsOf(job.waitedMs),
    ran_seconds: secondsOf(job.ranMs),
    attempts: job.attempts,
    error_type: job.failureClass ?? null,
    group: job.group ?? null,
    submitter: job.submitter ?? null,
    release: job.release ?? null,
  };
}

/** Failures of one kind as programs are told of them. */
export function tellGroup(found: FailureGroup) {
  const { group, task, failureClass, message, count, firstAt, lastAt } = found;
  return {
    group,
    task,
    error_type: failureClass,
    message,
    count,
    first_at: isoOf(firstAt),
    last_at: isoOf(lastAt),
    buckets: found.buckets,
    from: isoOf(found.fromMs),
    to: isoOf(found.toMs),
    releases: found.releases,
  };
}

/** How far what is told is behind. */
export function tellStanding({ phase, jobs, scanned, lagMs, omittedBefore }: IndexStanding) {
  return {
    phase,
    jobs,
    scanned: scanned ?? null,
    lag_seconds: secondsOf(lagMs),
    omitted_before: isoOf(omittedBefore),
  };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function secondsOf(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms) / 1_000;
}
