import { childLimits } from "../../contract/child-limits.ts";
import type { StartTime } from "../../contract/start-time.ts";
import type { SubmitChild } from "../../task/child-job.ts";
import { classifyFailure, type Failure, IsolatedError, SubmitError } from "../../task/failure.ts";
import type { Task } from "../../task/task.ts";
import { refuse } from "../../task/submissions.ts";
import { DependencyError } from "../../task/task.ts";

/** Jobs beyond those that a job may submit which are refused before it is taken for one without end. */
const refusals = 9 * childLimits.ofOneJob;

/** A job that a task's process asks its worker to submit. */
export interface AskedJob {
  /** Counts what the process asks for. */
  readonly number: number;
  readonly task: string;
  /** Its input. */
  readonly json: string;
  readonly key?: string | undefined;
  readonly start?: StartTime | undefined;
}

/** What became of it. */
export type AskedAnswer =
  | { readonly number: number; readonly id: string; readonly failure?: undefined }
  | { readonly number: number; readonly failure: Failure };

export interface AskedJobs {
  readonly submit: SubmitChild;
  /** Takes the worker's answer. */
  readonly answer: (answer: AskedAnswer) => void;
  /** Asks for nothing more: the process may have another job by then. */
  readonly close: () => void;
}

/** Has the worker submit what a task in its own process does; `nameOf` tells the name of a task's file. */
export function createAskedJobs(
  ask: (asked: AskedJob) => void,
  nameOf: (task: Task) => Promise<string>,
): AskedJobs {
  const waiting = new Map<number, PromiseWithResolvers<{ readonly id: string }>>();
  let number = 0;
  let open = true;
  return {
    async submit({ task, input, key, start }) {
      const name = await nameOf(task);
      if (!open) return refuse();
      number += 1;
      const answered = Promise.withResolvers<{ readonly id: string }>();
      waiting.set(number, answered);
      ask({ number, task: name, json: JSON.stringify(input), key, start });
      return answered.promise;
    },
    answer(answer) {
      const asked = waiting.get(answer.number);
      waiting.delete(answer.number);
      if (answer.failure === undefined) asked?.resolve({ id: answer.id });
      else asked?.reject(toError(answer.failure));
    },
    close() {
      open = false;
    },
  };
}

/**
 * Has jobs submitted that a process asks for, at once as many as a job may submit in all: further
 * ones are refused. Answers each, and returns whether the process may go on asking.
 */
export function relayAsked<Wanted extends { readonly number: number }>(
  submit: (wanted: Wanted) => Promise<{ readonly id: string }>,
  answer: (answer: AskedAnswer) => void,
): (wanted: Wanted) => boolean {
  let open = 0;
  let refused = 0;
  return (wanted) => {
    const { number } = wanted;
    if (open >= childLimits.ofOneJob) {
      const error = new SubmitError(
        `got more than ${childLimits.ofOneJob} jobs at once, a job's limit in all`,
      );
      answer({ number, failure: classifyFailure(error) });
      refused += 1;
      return refused <= refusals;
    }
    open += 1;
    void submit(wanted)
      .then(
        ({ id }) => answer({ number, id }),
        (error: unknown) => answer({ number, failure: classifyFailure(error) }),
      )
      .finally(() => {
        open -= 1;
      });
    return true;
  };
}

/** As the task would get it in the worker. */
function toError(failure: Failure): Error {
  return failure.failureClass === "dependency"
    ? new DependencyError(failure.reason)
    : new IsolatedError(failure);
}
