import type { Job, Worker } from "bullmq";
import type { JobOutcome } from "../../contract/metrics.ts";
import { logFields } from "../../contract/telemetry.ts";
import { heartbeatName } from "../../queue/heartbeat.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import { readSubmitter } from "../../queue/job-owner.ts";
import { readyAt } from "../../queue/ready-at.ts";
import type { Tasks } from "../../task/registry.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";
import { exemplarOf, trailOf } from "../../telemetry/spans.ts";
import type { Activity } from "../activity.ts";
import type { Attempt } from "./attempt.ts";

export interface AccountingDeps {
  /** The queue's name. */
  readonly queue: string;
  readonly tasks: Tasks;
  readonly metrics: WorkerMetrics;
  readonly log: Log;
  readonly attempts: WeakMap<Job, Attempt>;
  /** Whether the job had ended before and was retried by hand, as an earlier attempt has noted. */
  readonly hasEndedBefore: (job: Job) => Promise<boolean>;
  readonly activity: Pick<Activity, "succeed">;
}

/** Counts and logs how jobs end, from the worker's own events: only these tell an attempt from a final outcome. */
export function registerAccounting(
  worker: Worker,
  { queue, tasks, metrics, log, attempts, hasEndedBefore, activity }: AccountingDeps,
): void {
  const taskOf = (job: Job) => (tasks.has(job.name) ? job.name : "_OTHER");
  const fieldsOf = (job: Job) => {
    const span = attempts.get(job)?.span;
    return {
      [logFields.jobId]: job.id,
      [logFields.task]: taskOf(job),
      [logFields.attempt]: job.attemptsMade,
      [logFields.submitter]: readSubmitter(job.opts),
      ...(span && trailOf(span)),
    };
  };
  const finish = (job: Job, outcome: JobOutcome, errorType: string) => {
    const attempt = attempts.get(job);
    const count = (again: boolean) => countEnd(job, { outcome, errorType, again });
    if (attempt !== undefined) {
      count(attempt.again);
      return;
    }
    // One that stalled too often fails without an attempt here.
    hasEndedBefore(job).then(count, (error: unknown) => {
      log.warn(
        { err: error, ...lineOf("job_stalled") },
        "cannot read whether a job had ended before: counting it as new",
      );
      count(false);
    });
  };
  const countEnd = (
    job: Job,
    { outcome, errorType, again }: { outcome: JobOutcome; errorType: string; again: boolean },
  ) => {
    const task = taskOf(job);
    const span = attempts.get(job)?.span;
    const labels = { queue, task, outcome, error_type: errorType };
    if (again) {
      // Its time from end to end would be that until somebody retried it.
      metrics.jobsFinishedAgain.inc(labels);
      return;
    }
    metrics.jobsFinished.inc(labels);
    const ready = readyAt(job);
    // When somebody cancels a job tells nothing of the queue.
    if (ready === undefined || errorType === "cancelled_by_user") return;
    metrics.jobEndToEndDuration.observe({
      labels: { queue, task, outcome },
      value: Math.max(0, (job.finishedOn ?? Date.now()) - ready) / 1_000,
      exemplarLabels: span ? exemplarOf(span) : {},
    });
  };

  worker.on("completed", (job) => {
    if (job.name === heartbeatName) return;
    attempts.get(job)?.settle();
    finish(job, "succeeded", "");
    activity.succeed(taskOf(job));
    log.info({ ...fieldsOf(job), ...lineOf("job_succeeded") }, "job succeeded");
  });

  worker.on("failed", (job, error) => {
    const { failureClass, reason } = parseFailure(error.message);
    if (job === undefined) {
      log.error(
        { [logFields.errorType]: failureClass, ...lineOf("job_gone") },
        `a job that is gone failed: ${reason}`,
      );
      return;
    }
    attempts.get(job)?.settle();
    const fields = { ...fieldsOf(job), [logFields.errorType]: failureClass };
    if (job.finishedOn === undefined) {
      metrics.jobRetries.inc({ queue, task: taskOf(job), error_type: failureClass });
      log.warn(
        { ...fields, ...lineOf("attempt_failed") },
        `attempt failed, will be retried: ${reason}`,
      );
      return;
    }
    finish(job, "failed", failureClass);
    log.warn({ ...fields, ...lineOf("job_failed") }, `job failed: ${reason}`);
  });

  worker.on("stalled", (jobId) => {
    metrics.jobsStalled.inc({ queue });
    log.warn(
      { [logFields.jobId]: jobId, ...lineOf("job_stalled") },
      "job stalled: its worker stopped renewing the lock",
    );
  });
}
