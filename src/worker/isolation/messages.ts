import { z } from "zod";
import { childLimits } from "../../contract/child-limits.ts";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { logLevels, reportLimits } from "../../contract/job-reports.ts";
import { resultBytes } from "../../contract/result-limits.ts";
import { latestMs } from "../../queue/stored-time.ts";
import { failureLengths } from "../../task/failure.ts";
import { createLine } from "../../task/job-reports.ts";
import type { AskedAnswer } from "./asked-jobs.ts";

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
  | { readonly kind: "abort"; readonly reason: string }
  /** To each `submit` of that job. */
  | ({ readonly kind: "submitted"; readonly job: number } & AskedAnswer);

/** What that process sends: that it has loaded the task, and then reports, jobs to submit and an answer for each `run`. */
export type Message = z.input<typeof message>;

/** What that process answers, once for each `run`, whose `job` it repeats. */
export type Outcome = Exclude<Message, { kind: "ready" | "report" | "submit" }>;

/** A job that a process asks for, read by the worker; `json` is its input. */
export type ReadAsked = Extract<z.output<typeof message>, { kind: "submit" }>;

/** That, read by the worker. */
export type Answer = Exclude<z.output<typeof message>, { kind: "ready" | "report" | "submit" }>;

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
  /** A job that the task submits. */
  z.object({
    kind: z.literal("submit"),
    job: z.int(),
    number: z.int(),
    task: z.string().max(childLimits.key),
    json: z.string().max(childLimits.inputBytes).transform(parseJson),
    key: z.string().max(childLimits.key).optional(),
    start: z
      .union([z.strictObject({ runAt: z.number() }), z.strictObject({ delayMs: z.number() })])
      .optional(),
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
