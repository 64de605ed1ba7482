import type { UnavailableKind } from "../../contract/failures.ts";

/** A request of 64 KB can have thousands of errors, each of which may repeat a part of it. */
export const maxErrors = 20;
const maxErrorText = 500;

/**
 * The client's request cannot be served as it is; Koa shows message and status. What it repeats of
 * the request is cut.
 */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly expose = true;
  readonly status: number;
  /** What is wrong with which field; `pointer` is a JSON pointer into the body. */
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly kind: RequestKind | undefined;
  /** What the answer says besides, such as which types are taken. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    message: string,
    details: {
      errors?: readonly FieldError[];
      retryAfterSeconds?: number;
      kind?: RequestKind;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    const { errors = [] } = details;
    const more = errors.length > maxErrors ? `; the first ${maxErrors} errors are told` : "";
    super(`${cutErrorText(message)}${more}`);
    this.status = status;
    this.errors = errors.slice(0, maxErrors).map(({ pointer, detail }) => ({
      pointer: cutErrorText(pointer),
      detail: cutErrorText(detail),
    }));
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.kind = details.kind;
    this.headers = details.headers ?? {};
  }
}

/** As much of a text as an answer repeats of a request. */
export function cutErrorText(text: string): string {
  return text.length > maxErrorText ? `${text.slice(0, maxErrorText - 1)}…` : text;
}

/** What a program cannot tell from the status of a refusal: with 429, that the client's own jobs must end first. */
export const requestKinds = ["too_many_unfinished"] as const;
export type RequestKind = (typeof requestKinds)[number];

export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** The JSON pointer (RFC 6901) to what is found along the path. */
export function createPointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** Each kind of 503: what it means for a job that was being submitted, and when to come back. */
export const unavailability = {
  not_ready: {
    retryAfterSeconds: 1,
    detail: "the queue cannot be reached; nothing was queued, try again",
  },
  unknown: {
    retryAfterSeconds: 2,
    detail:
      "the queue did not answer in time; the job may have been queued, try again with the same Idempotency-Key",
  },
  storage_full: {
    retryAfterSeconds: 30,
    detail: "the queue has no room left; nothing was queued, try again later",
  },
  overloaded: {
    retryAfterSeconds: 30,
    detail: "too many jobs are waiting; nothing was queued, try again later",
  },
  memory_low: {
    retryAfterSeconds: 30,
    detail: "the queue's memory is nearly used up; nothing was queued, try again later",
  },
  too_many_reads: {
    retryAfterSeconds: 1,
    detail: "too much is being read at once; try again",
  },
  too_many_streams: {
    retryAfterSeconds: 30,
    detail: "too many event streams are open; read the state without one, or try again later",
  },
} as const satisfies Record<
  UnavailableKind,
  { readonly retryAfterSeconds: number; readonly detail: string }
>;

/** The broker cannot take or tell now. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  readonly expose = true;
  readonly status = 503;
  readonly kind: UnavailableKind;
  readonly retryAfterSeconds: number;
  constructor(kind: UnavailableKind, cause?: unknown) {
    super(unavailability[kind].detail, { cause });
    this.kind = kind;
    this.retryAfterSeconds = unavailability[kind].retryAfterSeconds;
  }
}
