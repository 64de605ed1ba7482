import { z } from "zod";
import { type AttemptOutcome, attemptOutcomes, historyLimits } from "../../contract/job-history.ts";
import type { HandRetry, JobAttempt, JobHistory } from "../../queue/job-history.ts";
import { parseWorkerName } from "../../queue/worker-name.ts";
import { failureClass } from "./failure-class.ts";

const time = z.iso.datetime();

const meanings = Object.entries(attemptOutcomes).map(
  ([name, meaning]) => `\`${name}\`: ${meaning}`,
);

/** One start of an attempt at a job, as the API tells it and the pages show it. */
const jobAttempt = z
  .object({
    start: z.int().min(1).meta({
      description: "The how manieth start of the job it is: no two have the same.",
    }),
    number: z.int().min(1).optional().meta({
      description:
        "Which of its attempts that is. One that was handed back or lost is started again as the same.",
    }),
    outcome: z
      .enum(Object.keys(attemptOutcomes) as [AttemptOutcome, ...AttemptOutcome[]])
      .meta({ description: meanings.join(" ") }),
    ready_at: time.optional().meta({
      description: "When it could have started, had a worker been free; not there if nobody knows.",
    }),
    started_at: time.optional(),
    ended_at: time.optional().meta({
      description: "Of one that was lost, when that was found out.",
    }),
    next_at: time.optional().meta({
      description: "When the next one is due, after one that is retried.",
    }),
    error_type: failureClass.optional(),
    error: z
      .string()
      .optional()
      .meta({
        description: `Why it failed, for people: ${historyLimits.reason} characters at most, with … at the end of what was cut.`,
      }),
    worker: z
      .object({
        name: z.string(),
        host: z.string().optional(),
        release: z.string().optional().meta({ description: "The start of its name." }),
      })
      .optional()
      .meta({ description: "Who was at it." }),
    trace_id: z.string().optional(),
    span_id: z.string().optional().meta({
      description: "Its span in that trace; told of attempts that have failed.",
    }),
  })
  .meta({ id: "JobAttempt", description: "One start of an attempt at a job." });

/** Somebody has retried the job. */
const handRetry = z
  .object({
    after_start: z.int().min(1).meta({
      description:
        "The job's last start before it; where none is told of it, the job had ended before that one began.",
    }),
    ended_at: time.optional().meta({ description: "When the job had ended." }),
    retried_at: time,
  })
  .meta({
    id: "HandRetry",
    description:
      "An operator has retried the job, which had ended. Of several without a start between, the first end and the last retry are told as one.",
  });

/** What a job says of its attempts. */
export const attemptFields = {
  history: z.array(jobAttempt).min(1).optional().meta({
    description:
      "Each start of an attempt, the latest last; there once a worker has taken the job.",
  }),
  history_omitted: z
    .int()
    .min(1)
    .optional()
    .meta({
      description: `Starts that are kept no longer, if any: they come after the first ${historyLimits.first} in history.`,
    }),
  history_retries: z.array(handRetry).min(1).optional().meta({
    description: "Each time that the job was retried after it had ended, the latest last.",
  }),
} as const;
type AttemptFields = z.infer<z.ZodObject<typeof attemptFields>>;

/** A job's attempts as the API tells them; what is not known of one is not told. */
export function tellHistory({ attempts, retries, omitted }: JobHistory): AttemptFields {
  return {
    ...(attempts.length > 0 && { history: attempts.map(tellAttempt) }),
    ...(omitted > 0 && { history_omitted: omitted }),
    ...(retries.length > 0 && { history_retries: retries.map(tellRetry) }),
  };
}

function tellRetry({ after, endedAt, retriedAt }: HandRetry): z.infer<typeof handRetry> {
  return {
    after_start: after,
    ...(endedAt !== undefined && { ended_at: new Date(endedAt).toISOString() }),
    retried_at: new Date(retriedAt).toISOString(),
  };
}

function tellAttempt(attempt: JobAttempt): z.infer<typeof jobAttempt> {
  const { start, number, outcome, failureClass: errorType, reason, traceId, spanId } = attempt;
  const times = {
    ready_at: attempt.readyAt,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    next_at: attempt.nextAt,
  };
  return {
    start,
    ...(number !== undefined && { number }),
    outcome,
    ...Object.fromEntries(
      Object.entries(times).flatMap(([name, ms]) =>
        ms === undefined ? [] : [[name, new Date(ms).toISOString()]],
      ),
    ),
    ...(errorType !== undefined && { error_type: errorType }),
    ...(reason !== undefined && { error: reason }),
    ...(attempt.worker !== undefined && { worker: tellWorker(attempt.worker) }),
    ...(traceId !== undefined && { trace_id: traceId }),
    ...(spanId !== undefined && { span_id: spanId }),
  };
}

function tellWorker(name: string): NonNullable<z.infer<typeof jobAttempt>["worker"]> {
  const { host, release } = parseWorkerName(name) ?? {};
  return { name, ...(host !== undefined && { host }), ...(release !== undefined && { release }) };
}
