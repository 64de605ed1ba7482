import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { Queue } from "bullmq";
import { logFields, spanAttributes } from "../../contract/telemetry.ts";
import { carryTrace } from "../../queue/trace-carrier.ts";
import { createPolicyOptions, onlyOne } from "../../queue/job-options.ts";
import { bySchedule } from "../../queue/job-schedule.ts";
import { createRandomId } from "../../queue/job-id.ts";
import { runSlot, type Slot } from "../../queue/slots.ts";
import { acceptInput } from "../../task/accepted-input.ts";
import { policyOf } from "../../task/job-policy.ts";
import type { KeyedSchedule } from "../../task/schedule.ts";
import type { Task } from "../../task/task.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WorkerMetrics } from "../../telemetry/metrics.ts";
import {
  describeSchedule,
  failSpan,
  injectContext,
  startSend,
  type Tracing,
  trailOf,
} from "../../telemetry/spans.ts";

export interface ScheduledJobDeps extends Tracing {
  readonly queue: Queue;
  readonly metrics: Pick<WorkerMetrics, "jobsEnqueued">;
  readonly log: Log;
}

/**
 * Submits the job of a slot, unless another worker has. Throws what Redis, or a check of the task's
 * own, throws; the slot is then to be tried again.
 */
export async function submitScheduled(
  { queue, metrics, log, ...tracing }: ScheduledJobDeps,
  task: Task,
  schedule: KeyedSchedule,
  slot: Slot,
): Promise<void> {
  const { key, slotMs } = slot;
  const id = createRandomId();
  const span = startSend(tracing, ROOT_CONTEXT, { queue: queue.name, id, task: schedule.task });
  span.setAttributes(describeSchedule({ key, slotMs }));
  const count = (outcome: "added" | "deduplicated" | "error") =>
    metrics.jobsEnqueued.inc({
      queue: queue.name,
      task: schedule.task,
      source: "schedule",
      outcome,
    });
  try {
    const accepted = acceptInput(task, schedule.input);
    if (accepted.kind === "refused") throw new Error(accepted.error.message);
    if (accepted.kind === "broken") throw new Error(accepted.problem);
    const policy = policyOf(task, accepted.value);
    const options = {
      ...createPolicyOptions(policy),
      ...onlyOne(schedule.task, policy),
      ...bySchedule({ key, slotMs }),
      ...carryTrace(injectContext(trace.setSpan(ROOT_CONTEXT, span))),
    };
    const job = { id, task: schedule.task, input: accepted.value, options };
    const ran = await runSlot(queue, slot, job);
    // Another worker has run the slot: a span that is never ended is never exported.
    if (ran === undefined) return;
    const isNew = ran === id;
    span.setAttribute(spanAttributes.jobId, ran);
    span.end();
    count(isNew ? "added" : "deduplicated");
    log.info(
      {
        ...trailOf(span),
        [logFields.jobId]: ran,
        [logFields.task]: schedule.task,
        [logFields.schedule]: key,
        slot: new Date(slotMs).toISOString(),
        ...(isNew ? lineOf("job_queued") : lineOf("job_known")),
      },
      isNew ? "job queued by its schedule" : "job known to its schedule",
    );
  } catch (error) {
    count("error");
    failSpan(span, "_OTHER");
    span.end();
    throw error;
  }
}
