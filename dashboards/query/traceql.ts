import { spanAttributes, spanOperations } from "../../src/contract/telemetry.ts";

/** TraceQL over the attributes that the services set on their spans. */

const jobId = `span.${spanAttributes.jobId}`;
const queue = `span.${spanAttributes.queue}`;
const task = `span.${spanAttributes.task}`;

interface Condition {
  readonly attribute: string;
  readonly operator: "=" | "=~" | ">";
  /** As TraceQL writes it, quotes included. */
  readonly value: string;
}

const attempt: Condition = {
  attribute: `span.${spanAttributes.operationType}`,
  operator: "=",
  value: `"${spanOperations.process}"`,
};

/** Without the hint, Tempo answers with whatever it finds first. */
const latest = "with (most_recent=true)";

/** The latest attempts of jobs that meet all conditions, with the job's id and task. */
export function attempts(...conditions: readonly Condition[]): string {
  const all = [attempt, ...conditions].map(
    ({ attribute, operator, value }) => `${attribute} ${operator} ${value}`,
  );
  return `{ ${all.join(" && ")} } | select(${jobId}, ${queue}, ${task}) ${latest}`;
}

/** Every span of one job. */
export function spansOfJob(id: string): string {
  return `{ ${jobId} = "${id}" } | select(${jobId}, ${queue}, ${task}) ${latest}`;
}

export const failed: Condition = { attribute: "status", operator: "=", value: "error" };

export function inQueue(pattern: string): Condition {
  return { attribute: `span.${spanAttributes.queue}`, operator: "=~", value: `"${pattern}"` };
}

export function ofTask(pattern: string): Condition {
  return { attribute: task, operator: "=~", value: `"${pattern}"` };
}

export function ofClass(pattern: string): Condition {
  return { attribute: `span.${spanAttributes.errorType}`, operator: "=~", value: `"${pattern}"` };
}

/** `duration` as in `500ms` or `2s`. */
export function longerThan(duration: string): Condition {
  return { attribute: "duration", operator: ">", value: duration };
}
