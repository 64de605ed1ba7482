import { z } from "zod";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { logLevels, reportLimits } from "../../contract/job-reports.ts";
import { resultBytes } from "../../contract/result-limits.ts";
import { latestMs } from "../../queue/stored-time.ts";
import { failureLengths } from "../../task/failure.ts";
import { createLine } from "../../task/job-reports.ts";

/** What a worker sends to the process of an isolated task. */
export type Order =
  | {
      readonly kind: "run";
      /** How many jobs the process has been given with it. */
      readonly job: number;
      readonly id: string;
      readonly attempt: number;
      readonly input: Record<string, unknown>;
    }
  | { readonly kind: "abort"; readonly reason: string };

/** What that process sends: that it has loaded the task, and then reports and an answer for each `run`. */
export type Message = z.input<typeof message>;

/** What that process answers, once for each `run`, whose `job` it repeats. */
export type Outcome = Exclude<Message, { kind: "ready" | "report" }>;

/** That, read by the worker. */
export type Answer = Exclude<z.output<typeof message>, { kind: "ready" | "report" }>;

/** The worker then holds it against what the task may return. */
const json = z.string().max(resultBytes.most).transform(parseJson);
const progress = z.object({
  fraction: z.number().min(0).max(1),
  text: z.string().max(reportLimits.text).optional(),
});
const line = z
  .object({
    at: z.int().min(0).max(latestMs),
    level: z.enum(logLevels),
    message: z.string().max(reportLimits.line),
    fields: z.record(z.string(), z.unknown()),
  })
  .transform(createLine);
const message = z.discriminatedUnion("kind", [
  /** Sent once, before any answer: the task is loaded, and its first job can begin. */
  z.object({ kind: z.literal("ready") }),
  /** What the task has told of its job since the last one. */
  z.object({
    kind: z.literal("report"),
    job: z.int(),
    progress: progress.optional(),
    lines: z.array(line).max(reportLimits.lines),
    skipped: z.int().min(0),
  }),
  /** The result as JSON; undefined if the task returned none. */
  z.object({ kind: z.literal("result"), job: z.int(), json: z.optional(json) }),
  z.object({
    kind: z.literal("failure"),
    job: z.int(),
    failure: z.object({
      failureClass: z.enum(Object.keys(failureClasses) as FailureClass[]),
      reason: z.string().max(failureLengths.reason),
      retryable: z.boolean(),
    }),
    stack: z.optional(z.string().max(failureLengths.stack)),
  }),
]);

/** `undefined` for what is none: the task's own code, or a package of its, can send anything. */
export function readMessage(sent: unknown): z.output<typeof message> | undefined {
  return message.safeParse(sent).data;
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("no JSON");
    return z.NEVER;
  }
}
