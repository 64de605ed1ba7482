import { type ChildJob, createChild, type SubmitChild } from "./child-job.ts";
import { SubmitError } from "./failure.ts";
import type { JobContext } from "./job-context.ts";

/** What one attempt submits. */
export interface Submissions {
  readonly submit: JobContext["submit"];
  /** Resolves once all that was submitted so far is stored; rejects with what kept one from it. */
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
  let open = true;
  const track = (child: ChildJob) => {
    const sent = send(child);
    const done = sent.finally(() => pending.delete(done));
    pending.add(done);
    // Whoever submitted it is told by what `submit` returns.
    done.catch(() => undefined);
    return untilAborted(signal, sent);
  };
  return {
    submit: async (task, input, options) => {
      if (!open) throw new SubmitError("the job has ended: is an await missing?");
      signal.throwIfAborted();
      return track(createChild(task, input, options));
    },
    settle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
    close: () => {
      open = false;
    },
  };
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
