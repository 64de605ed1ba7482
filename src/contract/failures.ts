/** The closed list of reasons for which a job fails: the same words in API, page, metric, span, log and alert. */

import { knownWithinSeconds } from "./queues.ts";

interface FailureClassSpec {
  /**
   * `caller`: the submitter's mistake, never alerted on as a fault. `system`: ours to fix. `nobody`:
   * it was wanted, and nothing is to be fixed.
   */
  readonly blame: "caller" | "system" | "nobody";
  readonly meaning: string;
}

export const failureClasses = {
  division_by_zero: { blame: "caller", meaning: "The divisor was zero." },
  overflow: {
    blame: "caller",
    meaning: "The result is not a finite number, or is larger than a job may keep.",
  },
  invalid_input: { blame: "caller", meaning: "The task cannot work with this input." },
  invalid_record: {
    blame: "system",
    meaning: "What Redis holds of the job was damaged, or put there by hand, and cannot be run.",
  },
  unknown_task: {
    blame: "system",
    meaning: `No worker had such a task, or took its input, within ${knownWithinSeconds / 60} minutes.`,
  },
  timeout: { blame: "system", meaning: "The task ran longer than its time limit." },
  cancelled_by_user: {
    blame: "nobody",
    meaning: "Somebody cancelled the job before it had ended.",
  },
  cancelled: { blame: "system", meaning: "The worker was stopped while the task ran." },
  stalled: { blame: "system", meaning: "The worker running the task vanished too many times." },
  crashed: {
    blame: "system",
    meaning: "The isolated task's process ended while the task ran, or did not start in time.",
  },
  dependency: { blame: "system", meaning: "Something the task depends on did not answer." },
  _OTHER: {
    blame: "system",
    meaning: "The task threw an error of no known class, or returned what JSON cannot keep.",
  },
} as const satisfies Record<string, FailureClassSpec>;

export type FailureClass = keyof typeof failureClasses;

/** The classes that blame the submitter. */
export type CallerFailureClass = {
  [Class in FailureClass]: (typeof failureClasses)[Class]["blame"] extends "caller" ? Class : never;
}[FailureClass];

/** The closed list of reasons for which the queue cannot take a job, or tell of one, now. */
export const unavailableKinds = [
  "not_ready",
  "unknown",
  "storage_full",
  "overloaded",
  "memory_low",
  "too_many_reads",
  "too_many_streams",
] as const;
export type UnavailableKind = (typeof unavailableKinds)[number];
