import { type Context, context, type Span, type Tracer, trace } from "@opentelemetry/api";
import type { Job } from "bullmq";
import type { FailureClass } from "../contract/failures.ts";
import { queueName } from "../contract/topology.ts";
import { readyAt } from "../queue-state.ts";
import type { WorkerMetrics } from "../telemetry/metrics.ts";
import {
  exemplarOf,
  extractContext,
  failSpan,
  parseCarrier,
  recordWait,
  startProcess,
} from "../telemetry/spans.ts";
import type { Activity } from "./activity.ts";

const queue = queueName;

export interface AttemptDeps {
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
  readonly activity: Activity;
  /** Where a job's span is kept until its final outcome is known. */
  readonly spans: WeakMap<Job, Span>;
}

/** One attempt of one job, being measured and traced; exactly one of the ends must be told. */
export interface Attempt {
  readonly span: Span;
  /** Runs the task's own code, so that spans it makes belong to this attempt. */
  run<T>(work: () => Promise<T>): Promise<T>;
  complete(): void;
  fail(
    outcome: "retried" | "failed" | "handed_back",
    failureClass: FailureClass,
    error: Error,
  ): void;
}

/** Starts to measure an attempt; `task` becomes a label, so it must come from the registry. */
export function beginAttempt(deps: AttemptDeps, job: Job, task: string): Attempt {
  const { metrics, tracer, activity, spans } = deps;
  const sender = extractContext(parseCarrier(job.opts.telemetry?.metadata));
  const waited = { id: job.id ?? "", task, readyAt: readyAt(job), startedAt: Date.now() };
  const first = job.attemptsStarted === 1;

  if (first) recordWait(tracer, sender, waited);
  const span = startProcess(tracer, sender, { ...waited, attempt: job.attemptsStarted });
  spans.set(job, span);
  const exemplarLabels = exemplarOf(span);
  if (first) {
    metrics.jobWaitDuration.observe({
      labels: { queue, task },
      value: Math.max(0, waited.startedAt - waited.readyAt) / 1_000,
      exemplarLabels,
    });
  }

  const free = activity.begin();
  const began = performance.now();
  const end = (outcome: string) => {
    free();
    span.end();
    metrics.jobProcessingDuration.observe({
      labels: { queue, task, outcome },
      value: (performance.now() - began) / 1_000,
      exemplarLabels,
    });
  };
  return {
    span,
    run: (work) => runInSpan(sender, span, work),
    complete: () => end("completed"),
    fail(outcome, failureClass, error) {
      failSpan(span, error, failureClass);
      end(outcome);
    },
  };
}

/** Carrying a context costs a few microseconds, so only a span that is kept gets one. */
function runInSpan<T>(sender: Context, span: Span, work: () => Promise<T>): Promise<T> {
  return span.isRecording() ? context.with(trace.setSpan(sender, span), work) : work();
}
