import { type Context, trace } from "@opentelemetry/api";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Queues } from "../../contract/queues.ts";
import { logFields } from "../../contract/telemetry.ts";
import {
  ChildRefusedError,
  type ChildSubmissionDeps,
  submitChild,
} from "../../queue/child-submission.ts";
import { readSubmitter } from "../../queue/job-owner.ts";
import { readMemory } from "../../queue/memory.ts";
import { readSubmittedState } from "../../queue/submitted-state.ts";
import { remember } from "../../service/remembered.ts";
import type { ChildJob, SubmitChild } from "../../task/child-job.ts";
import { SubmitError } from "../../task/failure.ts";
import { policyOf } from "../../task/job-policy.ts";
import { createNaming, type Tasks } from "../../task/registry.ts";
import { DependencyError } from "../../task/task.ts";
import { queueOf } from "../../task/task-queue.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";
import {
  failSpan,
  injectContext,
  startSend,
  type Tracing,
  trailOf,
} from "../../telemetry/spans.ts";

/** How stale what is known of a queue's room may be. */
const loadMs = 1_000;

export interface ChildJobsDeps extends Tracing {
  readonly redis: Redis;
  /** By name: all queues, whether or not this worker serves them. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** What they are. */
  readonly specs: Queues;
  /** As they were loaded: a task submits what it has imported. */
  readonly tasks: Tasks;
  /** Waiting jobs of a queue from which on no more are taken. */
  readonly maxDepth: number;
  readonly metrics: Pick<WorkerMetrics, "jobsEnqueued">;
  readonly log: Log;
}

/** What an attempt at this job of that queue submits with; `trace` is where the attempt is traced. */
export type OpenSubmit = (job: Job, trace: () => Context) => SubmitChild;
export type OpenSubmitOf = (queue: Queue) => OpenSubmit;

/** The way into the queues for jobs: of one that submits nothing Redis hears nothing. */
export function createChildJobs(deps: ChildJobsDeps): OpenSubmitOf {
  const { redis, queues, specs, tasks } = deps;
  const nameOf = createNaming(tasks);
  const loads = new Map(
    [...queues.values()].map((queue) => [
      queue,
      remember(loadMs, async () => {
        const [state, memory] = await Promise.all([
          readSubmittedState(queue, redis, specs[queue.name] ?? refuseUnknown(queue)),
          readMemory(redis),
        ]);
        return { state, memory };
      }),
    ]),
  );
  const load: ChildSubmissionDeps["load"] = async (queue) =>
    (loads.get(queue) ?? refuseUnknown(queue))();
  return (parentQueue) => (parent, traceOf) => async (child) => {
    const task = nameOf(child.task);
    const sending = beginSending(deps, traceOf(), { child, task, parent });
    try {
      const { id, known } = await submitChild(
        { ...deps, load },
        {
          task,
          input: child.input,
          start: child.start,
          key: child.key,
          policy: policyOf(child.task, child.input),
          parent,
          parentQueue,
          queue: queueOf(child.task, deps.specs),
          carrierOf: sending.carrierOf,
        },
      );
      sending.end(id, known);
      return { id };
    } catch (error) {
      const isRefused = error instanceof ChildRefusedError;
      sending.fail(isRefused ? "rejected" : "error");
      throw isRefused ? new SubmitError(error.message) : tellOutage(error);
    }
  };
}

function refuseUnknown(queue: Queue): never {
  throw new Error(`expected the queue "${queue.name}" to be one of ours`);
}

/** Nothing that the task could do about it: its job is tried again. */
function tellOutage(error: unknown): DependencyError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DependencyError(`job.submit: ${reason}`, { cause: error });
}

/** Measures and traces a job on its way to Redis; one that is known already is not sent, and leaves no span. */
function beginSending(
  deps: ChildJobsDeps,
  at: Context,
  {
    child,
    task,
    parent,
  }: { readonly child: ChildJob; readonly task: string; readonly parent: Job },
) {
  const queue = queueOf(child.task, deps.specs);
  let span: ReturnType<typeof startSend> | undefined;
  const count = (outcome: "added" | "deduplicated" | "rejected" | "error") =>
    deps.metrics.jobsEnqueued.inc({ queue, task, source: "job", outcome });
  return {
    carrierOf: (id: string) => {
      span = startSend(deps, at, { queue, id, task });
      return injectContext(trace.setSpan(at, span));
    },
    end(id: string, known: boolean) {
      span?.end();
      count(known ? "deduplicated" : "added");
      deps.log.info(
        {
          ...(span && trailOf(span)),
          [logFields.jobId]: id,
          [logFields.task]: task,
          [logFields.submittedBy]: parent.id,
          [logFields.submitter]: readSubmitter(parent.opts),
          ...(known ? lineOf("job_known") : lineOf("job_queued")),
        },
        known ? "job known" : "job queued",
      );
    },
    fail(outcome: "rejected" | "error") {
      if (span !== undefined) {
        failSpan(span, "_OTHER");
        span.end();
      }
      count(outcome);
    },
  };
}
