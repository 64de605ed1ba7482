import type { SubmitChild } from "../../src/task/child-job.ts";
import type { JobContext } from "../../src/task/job-context.ts";
import { type JobReports, openJobContext } from "../../src/task/job-reports.ts";

const unheard: JobReports = { progress: () => undefined, log: () => undefined };

const taken: SubmitChild = async () => ({ id: "b".repeat(26) });

const identity = { id: "a".repeat(26), attempt: 1 };

/** The job that a task is told of where none is at hand. */
export function jobWith(signal = new AbortController().signal): JobContext {
  return openJobContext({ ...identity, signal }, unheard, taken).job;
}

/** An attempt at it, for who runs the task. */
export function attemptWith(
  signal = new AbortController().signal,
  reports = unheard,
  submit = taken,
) {
  return { ...identity, signal, reports, submit };
}
