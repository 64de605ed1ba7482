import { createChild, type SubmitChild } from "./child-job.ts";
import { SubmitError } from "./failure.ts";
import type { JobContext } from "./job-context.ts";
import { WatchedPromise } from "./watched-promise.ts";

/** What one attempt submits. */
export interface Submissions {
  readonly submit: JobContext["submit"];
  /**
   * Resolves once all that was submitted so far is stored; rejects with what kept one from it whose
   * promise the task has left alone.
   */
  readonly settle: () => Promise<void>;
  /** Nothing more is submitted from now on. */
  readonly close: () => void;
}

/**
 * Takes what a task submits while it runs. A task that does not wait for it must not end before:
 * of a job that has ended nobody could tell that another one was lost.
 */
export function openSubmissions(signal: AbortSignal, send: SubmitChild): Submissions {
  const pending = new Set<Promise<unknown>>();
  const lost: { readonly child: WatchedPromise<unknown>; readonly error: unknown }[] = [];
  let open = true;
  const begin: JobContext["submit"] = async (task, input, options) => {
    signal.throwIfAborted();
    return untilAborted(signal, send(createChild(task, input, options)));
  };
  const track = <T>(work: Promise<T>): Promise<T> => {
    const child = new WatchedPromise(work);
    const noted: Promise<unknown> = work
      .catch((error: unknown) => {
        // Whoever waits for it is told, and decides what that means for the job.
        if (!child.isWatched) lost.push({ child, error });
      })
      .finally(() => pending.delete(noted));
    pending.add(noted);
    return child;
  };
  return {
    // A promise that is rejected after the job's end is told as that of any task.
    submit: (...given) => (open ? track(begin(...given)) : refuse()),
    settle: async () => {
      while (pending.size > 0) await Promise.all(pending);
      const forgotten = lost.find(({ child }) => !child.isWatched);
      if (forgotten !== undefined) throw forgotten.error;
    },
    close: () => {
      open = false;
    },
  };
}

/** What becomes of a job that is submitted too late. */
export async function refuse(): Promise<never> {
  throw new SubmitError("the job has ended: is an await missing?");
}

/** Redis may be away for long: a task that has to stop cannot wait for it. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
