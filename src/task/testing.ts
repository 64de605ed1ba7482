import { setTimeout as sleep } from "node:timers/promises";
import { inspect, isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { FailureClass } from "../contract/failures.ts";
import { resultBytes } from "../contract/result-limits.ts";
import { acceptInput } from "./accepted-input.ts";
import { type Collected, collectReports } from "./collected-reports.ts";
import { classifyFailure } from "./failure.ts";
import { watchIntervals } from "./left-intervals.ts";
import { findTaskProblem } from "./registry.ts";
import { formatResult } from "./result.ts";
import { runTask } from "./run-task.ts";
import type { Task } from "./task.ts";

/** What the process of an isolated task gets before it is killed. */
const stopMs = 1_000;

/** How a job ends, as its submitter is told, and what the task has told of it. */
export type TestOutcome = Ending & Collected;

type Ending =
  /** As JSON keeps it; null where the task returned nothing. */
  | { readonly result: unknown }
  | {
      readonly failure: FailureClass;
      readonly reason: string;
      /** Whether the worker would try it again. */
      readonly retried: boolean;
    }
  /** The producer takes no such job; why. */
  | { readonly refused: string };

/**
 * Runs a task once as a worker would, but in this process, an isolated one too: with an input that
 * its schema was applied to twice, within its time limit, and with a result as JSON keeps it. With
 * `abortAfterMs` its signal aborts meanwhile, as when the worker stops.
 *
 * Throws for what no submitter would be told: a task that the services would refuse to start with,
 * one that goes on for over a second after its signal has aborted, or one that leaves an interval.
 */
export async function testTask<Schema extends z.ZodObject>(
  task: Task<Schema>,
  input: z.input<Schema>,
  options: { readonly abortAfterMs?: number } = {},
): Promise<TestOutcome> {
  const problem = findTaskProblem({ ...task });
  if (problem !== undefined) throw new Error(`the task cannot be run: ${problem}`);
  const stop = new AbortController();
  const { reports, submit, collected } = collectReports();
  const accepted = acceptInput(task, input);
  if (accepted.kind === "broken") throw new Error(accepted.problem);
  if (accepted.kind === "refused") {
    return { refused: z.prettifyError(accepted.error), ...collected };
  }

  let given: AbortSignal | undefined;
  let work: Promise<unknown> | undefined;
  const watched: Task = {
    ...task,
    // Its time limit begins with the call, as there is no process to wait for.
    isolated: false,
    run(value, job) {
      given = job.signal;
      work = task.run(value as z.output<Schema>, job);
      return work;
    },
  };
  const { abortAfterMs } = options;
  const timer =
    abortAfterMs === undefined
      ? undefined
      : setTimeout(() => stop.abort(new Aborted(abortAfterMs)), abortAfterMs);
  const attempt = { id: "test", attempt: 1, signal: stop.signal, reports, submit };
  const watch = watchIntervals(() => endingOf(runTask(watched, accepted.value, attempt)));
  const ending = await watch.work;
  clearTimeout(timer);
  if (given?.aborted === true && task.isolated !== true && !(await settles(work))) {
    throw new Error(
      `the task goes on ${stopMs / 1_000} s after its signal has aborted: expected it to stop, ` +
        "such as by giving the signal to what it waits for",
    );
  }
  const left = watch.countLeft();
  if (left > 0) {
    throw new Error(
      `the task leaves ${left} interval${left === 1 ? "" : "s"} running: expected clearInterval() in a finally`,
    );
  }
  return { ...ending, ...collected };
}

/**
 * Runs every example of a task twice, as a job may run again after a crash, and once more with a
 * signal that aborts right after the beginning. Returns what did not end as the example says.
 */
export async function testTaskExamples(task: Task): Promise<string[]> {
  const problems: string[] = [];
  for (const [index, { input, result, failure }] of (task.examples ?? []).entries()) {
    const name = `example ${index + 1}`;
    const expected = failure === undefined ? { result: asKept(result) } : { failure };
    try {
      for (const time of ["", " when it is run again"]) {
        const outcome = await testTask(task, input);
        const actual = summarize(outcome);
        if (isDeepStrictEqual(actual, expected)) continue;
        problems.push(`${name} ends as ${show(outcome)}${time}, expected ${show(expected)}`);
        break;
      }
      await testTask(task, input, { abortAfterMs: 0 });
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : inspect(error)}`);
    }
  }
  return problems;
}

/** The worker stopped, or so it seems to the task. */
class Aborted extends Error {
  constructor(ms: number) {
    super(`aborted after ${ms} ms`);
  }
}

async function endingOf(run: Promise<unknown>): Promise<Ending> {
  try {
    return { result: asKept(await run) };
  } catch (error) {
    if (error instanceof Aborted) {
      return { failure: "cancelled", reason: error.message, retried: true };
    }
    const { failureClass, reason, retryable } = classifyFailure(error);
    return { failure: failureClass, reason, retried: retryable };
  }
}

function asKept(result: unknown): unknown {
  return JSON.parse(formatResult(result, resultBytes.most) ?? "null");
}

/** Whether it comes to an end soon, whatever that is. */
async function settles(work: Promise<unknown> | undefined): Promise<boolean> {
  const patience = new AbortController();
  const settled = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  const late = sleep(stopMs, false, patience).catch(() => false);
  const inTime = await Promise.race([settled, late]);
  patience.abort();
  return inTime;
}

function summarize(ending: Ending): object {
  if ("result" in ending) return { result: ending.result };
  return "failure" in ending ? { failure: ending.failure } : { refused: ending.refused };
}

function show(ending: object): string {
  const { progress: _, log: __, submitted: ___, ...rest }: Partial<Collected> = ending;
  return inspect(rest, { depth: 5, compact: true, breakLength: Infinity });
}
