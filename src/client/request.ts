import { isPassing, mediaTypeOf, parseObject, readRefusal } from "./answer.ts";
import { type ClientError, UnansweredError } from "./errors.ts";
import { isJob, type SomeJob } from "./job.ts";
import { pause } from "./pause.ts";
import type { Server } from "./server.ts";

export interface ServerRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  /** The Idempotency-Key, which makes it harmless to send a job again. */
  readonly key?: string;
  readonly signal: AbortSignal | undefined;
  /** By `performance.now()`, when it is not to be tried any more; it may move while it is. */
  readonly giveUpAt: () => number;
}

/** Without word from the server, pauses double from the first to the longest of these. */
const pauses = { firstMs: 250, longestMs: 5_000 } as const;
/** The part of a pause by which it may be longer, so that many clients do not come back at once. */
const spread = 0.1;

/** The job that the server answers with, as `request` does. */
export async function requestJob(server: Server, wanted: ServerRequest): Promise<SomeJob> {
  return request(server, wanted, { name: "job", isWanted: isJob });
}

/** What an answer has to be. */
export interface Expected<T> {
  /** For people. */
  readonly name: string;
  readonly isWanted: (value: unknown) => value is T;
}

/**
 * What the server answers with. What may pass, a refusal for now or no usable answer, is
 * tried again, at the time that the server tells. Throws the last `ClientError`, or what the signal
 * aborts with.
 */
export async function request<T>(
  server: Server,
  wanted: ServerRequest,
  expected: Expected<T>,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    const tried = await attempt(server, wanted, expected);
    if ("answer" in tried) return tried.answer;
    const pauseMs = pauseAfter(failures, tried.retryAfterMs);
    // There is no use in waiting for what would come too late.
    if (!tried.mayPass || performance.now() + pauseMs > wanted.giveUpAt()) throw tried.error;
    server.onRetry(tried.error, pauseMs);
    await pause(pauseMs, wanted.signal);
  }
}

type Attempt<T> =
  | { readonly answer: T }
  | {
      readonly error: ClientError;
      readonly mayPass: boolean;
      readonly retryAfterMs?: number | undefined;
    };

async function attempt<T>(
  server: Server,
  wanted: ServerRequest,
  { name, isWanted }: Expected<T>,
): Promise<Attempt<T>> {
  const { key, signal } = wanted;
  const url = `${server.url}${wanted.path}`;
  const limitMs = Math.max(1, Math.min(server.requestMs, wanted.giveUpAt() - performance.now()));
  const limit = AbortSignal.timeout(Math.ceil(limitMs));
  const fail = (problem: string, cause?: unknown): Attempt<T> => ({
    error: new UnansweredError(`"${url}" ${problem}`, { key, cause }),
    mayPass: true,
  });
  signal?.throwIfAborted();
  let response: Response;
  let text: string;
  try {
    response = await server.fetch(url, {
      method: wanted.method,
      headers: {
        accept: "application/json",
        ...(wanted.body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(wanted.body !== undefined && { body: wanted.body }),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) return fail(`did not answer within ${Math.ceil(limitMs)} ms`, error);
    return fail(`cannot be reached: ${reasonOf(error)}`, error);
  }
  if (!response.ok) {
    const error = readRefusal(response, text, key);
    return { error, mayPass: isPassing(response.status), retryAfterMs: error.retryAfterMs };
  }
  const answer = mediaTypeOf(response) === "application/json" ? parseObject(text) : undefined;
  if (isWanted(answer)) return { answer };
  return fail(`answered ${response.status} with something that is no ${name}`);
}

function pauseAfter(failures: number, retryAfterMs: number | undefined): number {
  const { firstMs, longestMs } = pauses;
  const least = retryAfterMs || Math.min(longestMs, firstMs * 2 ** failures);
  return least * (1 + Math.random() * spread);
}

/** That a fetch failed says nothing; why is in its cause, whose message is empty for a name with several addresses. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ("code" in cause ? String(cause.code) : error.message);
}
