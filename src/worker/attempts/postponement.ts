import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { knownWithinSeconds } from "../../contract/queues.ts";
import { logFields } from "../../contract/telemetry.ts";
import { readSubmitter } from "../../queue/job-owner.ts";
import { postponeJob, readPostponedSince } from "../../queue/postponement.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";

const minDelayMs = 1_000;
const maxDelayMs = 15_000;

export interface PostponementDeps {
  readonly queue: Queue;
  readonly redis: Redis;
  readonly metrics: Pick<WorkerMetrics, "jobsPostponed">;
  readonly log: Log;
}

/** Puts off a job that this release cannot run; returns false if it has waited for too long. */
export type Postpone = (
  job: Job,
  token: string | undefined,
  reason: { readonly task: string; readonly problem: string },
) => Promise<boolean>;

/**
 * While releases change, a job may come to a worker that does not know it, older or newer than the
 * producer that took it: it waits for one that does. Looks get rarer, so that a deep queue of such
 * jobs does not keep a worker from the others.
 */
export function createPostpone({ queue, redis, metrics, log }: PostponementDeps): Postpone {
  return async (job, token, { task, problem }) => {
    const now = Date.now();
    const known = await readPostponedSince(queue, redis, job);
    const since = known ?? now;
    if (now - since >= knownWithinSeconds * 1_000) return false;
    const delayMs = Math.min(maxDelayMs, Math.max(minDelayMs, (now - since) / 2));
    await postponeJob(queue, job, { token, since, delayMs: Math.round(delayMs) });
    metrics.jobsPostponed.inc({ queue: queue.name, task });
    if (known === undefined) {
      log.warn(
        {
          [logFields.jobId]: job.id,
          [logFields.task]: task,
          [logFields.submitter]: readSubmitter(job.opts),
          ...lineOf("job_postponed"),
        },
        `job waits for another worker, as this release ${problem}`,
      );
    }
    return true;
  };
}
