import type { SomeJob } from "./job.ts";

/** What is wrong with one part of what was sent. */
export interface FieldError {
  /** A JSON pointer (RFC 6901) into the body, such as `/input/x`. */
  readonly pointer: string;
  readonly detail: string;
}

/** What a client throws, but for the reason of a signal that aborts. */
export abstract class ClientError extends Error {
  /**
   * The Idempotency-Key, if a job was being submitted: submitted with it again, and with the same
   * input, it is one job, also where the first submission did arrive.
   */
  readonly key: string | undefined;
  constructor(message: string, { key, cause }: { key?: string | undefined; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.key = key;
  }
}

/** The server refused: for good, or for longer than there was time to try again. */
export class RefusedError extends ClientError {
  override readonly name = "RefusedError";
  readonly status: number;
  /** Of a refusal for now: which one, such as `overloaded` or `too_many_unfinished`. */
  readonly kind: string | undefined;
  /** What was wrong, for people. */
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** When to come back, if the server said so. */
  readonly retryAfterMs: number | undefined;
  constructor(
    refusal: {
      readonly status: number;
      readonly kind: string | undefined;
      readonly detail: string;
      readonly errors: readonly FieldError[];
      readonly retryAfterMs: number | undefined;
    },
    key?: string,
  ) {
    const { status, detail, errors } = refusal;
    const parts = errors.map((one) => `${one.pointer}: ${one.detail}`);
    super([`${status}: ${detail}`, ...parts].join("; "), { key });
    this.status = status;
    this.kind = refusal.kind;
    this.detail = detail;
    this.errors = errors;
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

/** Nothing came that could be read as an answer: what was submitted may have arrived. */
export class UnansweredError extends ClientError {
  override readonly name = "UnansweredError";
}

/** The job had not ended when the time to wait for it was over; it goes on. */
export class UnendedError extends ClientError {
  override readonly name = "UnendedError";
  readonly id: string;
  /** How it stood when it was last heard of. */
  readonly job: SomeJob | undefined;
  constructor(id: string, deadlineMs: number, job: SomeJob | undefined) {
    super(`the job "${id}" has not ended within ${Math.round(deadlineMs)} ms`);
    this.id = id;
    this.job = job;
  }
}
