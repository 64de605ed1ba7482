import { UnansweredError } from "./errors.ts";
import type { SomeJob } from "./job.ts";
import type { Server } from "./server.ts";
import { type Submission, submitJob } from "./submit.ts";

/** What became of one submission: with `key` it can be made again. */
export type Outcome<OneJob = SomeJob> =
  | { readonly key: string; readonly job: OneJob; readonly error?: undefined }
  | { readonly key: string; readonly job?: undefined; readonly error: Error };

/**
 * Submits all of them, so many at a time, and tells of each what became of it, in their order. It
 * never rejects: once the signal aborts, or nothing was taken for `retryMs`, those that are left end
 * with that error.
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
  let last: unknown;

  async function findOutcome(submission: Submission): Promise<Outcome> {
    const { key } = submission;
    try {
      if (performance.now() >= giveUpAt()) {
        const problem = `it was not sent, as nothing was taken for ${retryMs} ms`;
        throw new UnansweredError(problem, { key, cause: last });
      }
      const job = await submitJob(server, submission, { signal, giveUpAt });
      takenAt = performance.now();
      return { key, job };
    } catch (error) {
      last = error;
      return { key, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  const left = submissions.entries();
  async function work(): Promise<void> {
    for (const [index, submission] of left) outcomes[index] = await findOutcome(submission);
  }
  await Promise.all(Array.from({ length: concurrency >= 1 ? concurrency : 1 }, work));
  return outcomes;
}
