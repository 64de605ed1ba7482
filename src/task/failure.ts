import { inspect } from "node:util";
import { z } from "zod";
import type { FailureClass } from "../contract/failures.ts";
import { DependencyError, TaskRejectedError } from "./task.ts";

const unreachable = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Characters of a failure that are kept; a stack begins with the message, which may be of any length. */
export const failureLengths = { reason: 2_000, stack: 16_384 } as const;

export interface Failure {
  readonly failureClass: FailureClass;
  readonly reason: string;
  /** Whether another attempt could end differently. */
  readonly retryable: boolean;
}

/** The task ran into its time limit. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/** No worker knew the job's task, or took its input, for as long as a job waits for one. */
export class UnknownTaskError extends Error {
  override readonly name = "UnknownTaskError";
}

/** The task returned what JSON cannot keep: the next attempt would do its work again for nothing. */
export class ResultError extends Error {
  override readonly name = "ResultError";
}

/** The task asked `job.submit` for what can never be submitted: the next attempt would ask for it again. */
export class SubmitError extends Error {
  override readonly name = "SubmitError";
  constructor(problem: string) {
    super(`job.submit: ${problem}`);
  }
}

/** What Redis holds of the job cannot be run, and no submitter has sent it so. */
export class InvalidRecordError extends Error {
  override readonly name = "InvalidRecordError";
}

/** A failure that was sorted where it happened, in the process of an isolated task. */
export class IsolatedError extends Error {
  override readonly name = "IsolatedError";
  readonly failure: Failure;
  constructor(failure: Failure, stack?: string) {
    super(failure.reason);
    this.failure = failure;
    if (stack !== undefined) this.stack = stack;
  }
}

/** Sorts whatever a task threw into the closed list. */
export function classifyFailure(error: unknown): Failure {
  if (error instanceof IsolatedError) return error.failure;
  // Its own message is JSON over many lines.
  const text = error instanceof z.ZodError ? z.prettifyError(error) : describe(error);
  const reason = text.slice(0, failureLengths.reason);
  if (error instanceof TaskRejectedError) {
    return { failureClass: error.failureClass, reason, retryable: false };
  }
  if (error instanceof TimeLimitError) return { failureClass: "timeout", reason, retryable: false };
  if (error instanceof UnknownTaskError) {
    return { failureClass: "unknown_task", reason, retryable: false };
  }
  if (error instanceof ResultError || error instanceof SubmitError) {
    return { failureClass: "_OTHER", reason, retryable: false };
  }
  if (error instanceof InvalidRecordError) {
    return { failureClass: "invalid_record", reason, retryable: false };
  }
  const dependency = error instanceof DependencyError || unreachable.has(errorCode(error));
  return { failureClass: dependency ? "dependency" : "_OTHER", reason, retryable: true };
}

/** Where the error was thrown, as far as that is kept. */
export function readStack(error: unknown): string | undefined {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  return typeof stack === "string" ? stack.slice(0, failureLengths.stack) : undefined;
}

function describe(error: unknown): string {
  const told: unknown = error instanceof Error ? error.message || error.name : error;
  return typeof told === "string" ? told : `threw ${inspect(told, { compact: true })}`;
}

/** The first code of the error and its causes, which may go in a circle. */
function errorCode(error: unknown, seen: readonly unknown[] = []): string {
  if (!(error instanceof Error) || seen.includes(error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return errorCode(error.cause, [...seen, error]);
}
