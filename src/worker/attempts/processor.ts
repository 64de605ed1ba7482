import { DelayedError, type Job, UnrecoverableError, WaitingError } from "bullmq";
import { knownWithinSeconds } from "../../contract/queues.ts";
import { logFields } from "../../contract/telemetry.ts";
import { cancelledReason, formatFailure } from "../../queue/failure-text.ts";
import { readSubmitter } from "../../queue/job-owner.ts";
import { type StoredResult, storeResult } from "../../queue/stored-result.ts";
import type { Tasks } from "../../task/registry.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { trailOf } from "../../telemetry/spans.ts";
import type { BlockWatch } from "../blocking/block-watch.ts";
import { cancelSignal } from "../cancellations.ts";
import type { OpenReports } from "../reports/attempt-reports.ts";
import { runAs } from "../late-rejections.ts";
import { type AttemptDeps, beginAttempt } from "./attempt.ts";
import {
  classifyFailure,
  type Failure,
  InvalidRecordError,
  readStack,
  UnknownTaskError,
} from "../../task/failure.ts";
import type { OpenSubmit } from "./child-jobs.ts";
import { readWork, type Work } from "./known-work.ts";
import type { Postpone } from "./postponement.ts";
import { findDefect } from "./runnable.ts";
import { runTask, type TaskRun } from "../../task/run-task.ts";

export interface ProcessorDeps extends AttemptDeps {
  readonly tasks: Tasks;
  readonly postpone: Postpone;
  /** Whether the job had ended before and was retried by hand. */
  readonly endedBefore: (job: Job) => Promise<boolean>;
  readonly watch: Pick<BlockWatch, "track">;
  readonly openReports: OpenReports;
  readonly openSubmit: OpenSubmit;
  readonly log: Log;
}

/** What BullMQ calls for each job: runs its task and tells BullMQ, by what it throws, whether to retry. */
export function createProcessor({
  tasks,
  postpone,
  endedBefore,
  watch,
  openReports,
  openSubmit,
  log,
  ...deps
}: ProcessorDeps) {
  return async (
    job: Job,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredResult> => {
    const work = readWork(tasks, job);
    const taskName = tasks.has(job.name) ? job.name : "_OTHER";
    const defect = findDefect(job, work);
    if (defect === undefined && work.problem !== undefined) {
      const free = deps.activity.begin();
      const reason = { task: taskName, problem: work.problem };
      const postponed = await postpone(job, token, reason).finally(free);
      if (postponed) throw new DelayedError();
    }
    const track = (run: () => Promise<unknown>) =>
      watch.track(taskName, () => runAs(taskName, run));
    // Nearly all jobs are started for the first time: what they do not await, they do not pay for.
    const again = (job.attemptsMade > 0 || job.attemptsStarted > 1) && (await endedBefore(job));
    const attempt = beginAttempt(deps, job, { task: taskName, again });
    const number = job.attemptsMade + 1;
    const reports = openReports(job, {
      task: taskName,
      attempt: number,
      trail: trailOf(attempt.span),
    });
    const submit = openSubmit(job, attempt.trace);
    const run = { id: job.id ?? "", attempt: number, signal, reports, submit };
    try {
      const value = await attempt.run(() => runKnown(work, defect, run, track));
      reports.close();
      attempt.complete();
      return storeResult(value);
    } catch (error) {
      reports.close();
      if (signal.aborted && signal.reason === cancelSignal) {
        const thrown = new UnrecoverableError(cancelledReason);
        attempt.fail("failed", "cancelled_by_user", thrown);
        throw thrown;
      }
      if (signal.aborted) {
        attempt.fail("handed_back", "cancelled", new Error("the worker stopped"));
        log.warn(
          {
            ...trailOf(attempt.span),
            [logFields.jobId]: job.id,
            [logFields.task]: taskName,
            [logFields.submitter]: readSubmitter(job.opts),
            [logFields.errorType]: "cancelled",
            ...lineOf("job_handed_back"),
          },
          "job handed back: the worker stops",
        );
        // Back to the front of the queue: a deployment costs a job no attempt.
        await job.moveToWait(token);
        attempt.settle();
        throw new WaitingError();
      }
      const failure = classifyFailure(error);
      const thrown = asJobError(error, failure);
      const willRetry = failure.retryable && job.attemptsMade + 1 < (job.opts.attempts ?? 1);
      attempt.fail(willRetry ? "retried" : "failed", failure.failureClass, thrown);
      throw thrown;
    }
  };
}

function runKnown(
  work: Work,
  defect: string | undefined,
  attempt: TaskRun,
  track: (run: () => Promise<unknown>) => Promise<unknown>,
): Promise<unknown> {
  if (defect !== undefined) throw new InvalidRecordError(defect);
  if (work.problem !== undefined) {
    const minutes = knownWithinSeconds / 60;
    throw new UnknownTaskError(`after ${minutes} minutes still, this release ${work.problem}`);
  }
  const run = () => runTask(work.task, work.input, attempt);
  return work.task.isolated === true ? run() : track(run);
}

/** The class travels in the message: an error's own class does not survive Redis. */
function asJobError(error: unknown, { failureClass, reason, retryable }: Failure): Error {
  const message = formatFailure(failureClass, reason);
  const thrown = retryable ? new Error(message) : new UnrecoverableError(message);
  // Bull Board shows the stack alone, so it says the class too.
  const stack = readStack(error);
  if (stack !== undefined) thrown.stack = `${failureClass}: ${stack}`;
  return thrown;
}
