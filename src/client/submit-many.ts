import { isPassing } from "./answer.ts";
import { RefusedError, UnansweredError } from "./errors.ts";
import type { SomeJob } from "./job.ts";
import type { Server } from "./server.ts";
import { type Submission, submitJob } from "./submit.ts";

/** What became of one submission: with `key` it can be made again. */
export type Outcome<OneJob = SomeJob> =
  | { readonly key: string; readonly job: OneJob; readonly error?: undefined }
  | { readonly key: string; readonly job?: undefined; readonly error: Error };

/**
 * Submits all of them, so many at a time, and tells of each what became of it, in their order. It
 * never rejects: once the signal aborts, or one was given up since none was taken for `retryMs`, those
 * that are left are not sent.
 */
export async function submitMany(
  server: Server,
  submissions: readonly Submission[],
  limits: {
    readonly signal: AbortSignal | undefined;
    readonly retryMs: number;
    readonly concurrency: number;
  },
): Promise<Outcome[]> {
  const { signal, retryMs, concurrency } = limits;
  const outcomes: Outcome[] = [];
  let takenAt = performance.now();
  const giveUpAt = () => takenAt + retryMs;
  let givenUp: Error | undefined;

  async function findOutcome(submission: Submission): Promise<Outcome> {
    const { key } = submission;
    try {
      if (givenUp !== undefined) {
        const problem = `it was not sent, as one before it was given up: ${givenUp.message}`;
        throw new UnansweredError(problem, { key, cause: givenUp });
      }
      const job = await submitJob(server, submission, { signal, giveUpAt });
      takenAt = performance.now();
      givenUp = undefined;
      return { key, job };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (isOfServer(error)) givenUp ??= error;
      return { key, error };
    }
  }

  const left = submissions.entries();
  async function work(): Promise<void> {
    for (const [index, submission] of left) outcomes[index] = await findOutcome(submission);
  }
  await Promise.all(Array.from({ length: concurrency >= 1 ? concurrency : 1 }, work));
  return outcomes;
}

/** Whether it would meet any other submission, too. */
function isOfServer(error: Error): boolean {
  if (error instanceof RefusedError) return isPassing(error.status);
  return error instanceof UnansweredError;
}
