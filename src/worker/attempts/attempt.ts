import { type Context, context, type Span, trace } from "@opentelemetry/api";
import type { Job } from "bullmq";
import type { Config } from "../../service/config.ts";
import type { FailureClass } from "../../contract/failures.ts";
import { readyAt } from "../../queue/ready-at.ts";
import { readJobSchedule } from "../../queue/job-schedule.ts";
import { readTrace } from "../../queue/trace-carrier.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";
import {
  describeSchedule,
  exemplarOf,
  extractContext,
  failAttempt,
  failSpan,
  startCompute,
  startProcess,
  startSettle,
  type Tracing,
} from "../../telemetry/spans.ts";
import type { Activity } from "../activity.ts";

export interface AttemptDeps extends Tracing {
  /** The queue's name. */
  readonly queue: string;
  readonly metrics: WorkerMetrics;
  readonly linkMode: Config["worker"]["traceLinkMode"];
  readonly activity: Activity;
  /** Where a job's latest attempt is kept until its outcome is known. */
  readonly attempts: WeakMap<Job, Attempt>;
}

/** One attempt of one job, being measured and traced; exactly one of the ends must be told. */
export interface Attempt {
  readonly span: Span;
  /** The job had ended before, and was retried by hand. */
  readonly again: boolean;
  /** Where what the task's own code does is traced. */
  readonly trace: () => Context;
  /** Runs the task's own code, so that spans it makes belong to this attempt. */
  run<T>(work: () => Promise<T>): Promise<T>;
  complete(): void;
  fail(
    outcome: "retried" | "failed" | "handed_back",
    failureClass: FailureClass,
    error: Error,
  ): void;
  /** Redis knows of the end. */
  settle(): void;
}

/** Starts to measure an attempt; `task` becomes a label, so it must come from the registry. */
export function beginAttempt(
  deps: AttemptDeps,
  job: Job,
  { task, again }: { readonly task: string; readonly again: boolean },
): Attempt {
  const { queue, metrics, linkMode, activity, attempts } = deps;
  const sender = extractContext(readTrace(job));
  const identity = {
    queue,
    id: job.id ?? "",
    task,
    attempt: job.attemptsStarted,
    delayMs: job.opts.delay ?? 0,
    startedAt: Date.now(),
  };
  const ready = readyAt(job);

  const span = startProcess(deps, linkMode, sender, {
    ...identity,
    // Where its record does not say, it has not waited as far as anybody knows.
    readyAt: ready ?? identity.startedAt,
  });
  const schedule = readJobSchedule(job.opts);
  if (schedule !== undefined) span.setAttributes(describeSchedule(schedule));
  // Carrying a context costs a few microseconds, so only a span that is kept gets one.
  const within = span.isRecording() ? trace.setSpan(sender, span) : undefined;
  const exemplarLabels = exemplarOf(span);
  if (identity.attempt === 1 && ready !== undefined) {
    metrics.jobWaitDuration.observe({
      labels: { queue, task },
      value: Math.max(0, identity.startedAt - ready) / 1_000,
      exemplarLabels,
    });
  }

  // As its page counts them: one that was handed back was none.
  const free = activity.begin({ id: identity.id, task, attempt: job.attemptsMade + 1 });
  const began = performance.now();
  let computing: Span | undefined;
  let settling: Span | undefined;
  const compute = async <T>(at: Context, work: () => Promise<T>): Promise<T> => {
    computing = startCompute(deps.tracer, at, task);
    const value = await context.with(trace.setSpan(at, computing), work);
    computing.end();
    computing = undefined;
    return value;
  };
  const end = (outcome: string) => {
    free();
    span.end();
    settling = within && startSettle(deps, within, identity);
    metrics.jobProcessingDuration.observe({
      labels: { queue, task, outcome },
      value: (performance.now() - began) / 1_000,
      exemplarLabels,
    });
  };
  const attempt: Attempt = {
    span,
    again,
    trace: () => trace.setSpan(sender, computing ?? span),
    run: (work) => (within ? compute(within, work) : work()),
    complete: () => end("succeeded"),
    fail(outcome, failureClass, error) {
      if (computing !== undefined) {
        failSpan(computing, failureClass);
        computing.end();
      }
      failAttempt(span, error, failureClass);
      end(outcome);
    },
    settle: () => settling?.end(),
  };
  attempts.set(job, attempt);
  return attempt;
}
