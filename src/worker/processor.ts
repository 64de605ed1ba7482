import { context, type Span, type Tracer, trace } from "@opentelemetry/api";
import { type Job, UnrecoverableError, WaitingError } from "bullmq";
import { formatFailure } from "../contract/failures.ts";
import { queueName } from "../contract/topology.ts";
import { readyAt } from "../queue-state.ts";
import type { Tasks } from "../registry.ts";
import { TaskRejectedError } from "../task.ts";
import type { Log } from "../telemetry/log.ts";
import type { WorkerMetrics } from "../telemetry/metrics.ts";
import {
  exemplarOf,
  extractContext,
  failSpan,
  parseCarrier,
  recordWait,
  startProcess,
  trailOf,
} from "../telemetry/spans.ts";
import type { Activity } from "./activity.ts";
import { classifyFailure, type Failure } from "./failure.ts";
import { runTask } from "./run-task.ts";

export interface ProcessorDeps {
  readonly tasks: Tasks;
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
  readonly activity: Activity;
  readonly log: Log;
  /** Where a job's span is kept until its final outcome is known. */
  readonly spans: WeakMap<Job, Span>;
}

/** A result in Redis: an object, because BullMQ drops a bare 0 or false. */
export interface StoredResult {
  readonly value: unknown;
}

type Outcome = "completed" | "retried" | "failed" | "handed_back";

/** One attempt of one job, measured and traced, as the function that BullMQ calls. */
export function createProcessor(deps: ProcessorDeps) {
  const { tasks, metrics, tracer, activity, spans } = deps;

  return async (job: Job, token?: string, signal?: AbortSignal): Promise<StoredResult> => {
    const task = tasks.get(job.name);
    // Only names from the registry become label values.
    const taskName = task === undefined ? "_OTHER" : job.name;
    const identity = { id: job.id ?? "", task: taskName };
    const attempt = job.attemptsStarted;
    const log = deps.log.child({ job_id: job.id, task: taskName, attempt });

    const sender = extractContext(parseCarrier(job.opts.telemetry?.metadata));
    const startedAt = Date.now();
    if (attempt === 1)
      recordWait(tracer, sender, { ...identity, readyAt: readyAt(job), startedAt });
    const span = startProcess(tracer, sender, { ...identity, attempt });
    spans.set(job, span);
    const exemplarLabels = exemplarOf(span);
    if (attempt === 1) {
      metrics.jobWaitDuration.observe({
        labels: { queue: queueName, task: taskName },
        value: Math.max(0, startedAt - readyAt(job)) / 1_000,
        exemplarLabels,
      });
    }

    const end = activity.begin();
    const began = performance.now();
    let outcome: Outcome = "completed";
    try {
      if (task === undefined) {
        throw new TaskRejectedError("unknown_task", `this release has no task "${job.name}"`);
      }
      const inSpan = trace.setSpan(sender, span);
      const shutdown = signal ?? new AbortController().signal;
      const value = await context.with(inSpan, () => runTask(task, job.data, shutdown));
      return { value };
    } catch (error) {
      if (signal?.aborted) {
        outcome = "handed_back";
        failSpan(span, new Error("the worker stopped"), "cancelled");
        log.warn(
          { ...trailOf(span), error_type: "cancelled" },
          "job handed back: the worker stops",
        );
        // Back to the front of the queue: a deployment costs a job no attempt.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failure = classifyFailure(error);
      outcome =
        failure.retryable && job.attemptsMade + 1 < (job.opts.attempts ?? 1) ? "retried" : "failed";
      const thrown = asJobError(error, failure);
      failSpan(span, thrown, failure.failureClass);
      throw thrown;
    } finally {
      end();
      span.end();
      metrics.jobProcessingDuration.observe({
        labels: { queue: queueName, task: taskName, outcome },
        value: (performance.now() - began) / 1_000,
        exemplarLabels,
      });
    }
  };
}

/** The class travels in the message: an error's own class does not survive Redis. */
function asJobError(error: unknown, { failureClass, reason, retryable }: Failure): Error {
  const message = formatFailure(failureClass, reason);
  const thrown = retryable ? new Error(message) : new UnrecoverableError(message);
  if (error instanceof Error && error.stack !== undefined) thrown.stack = error.stack;
  return thrown;
}
