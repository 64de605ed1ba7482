/** What operators can have done, and how much is kept of who did. */

import type { FilterState } from "./job-filter.ts";

/** By what it is done to; each with how the console's pages tell that it was done. */
export const actions = {
  job: {
    retry: "Retried: its attempts start afresh.",
    cancel: "Cancelled: no further attempt is made.",
    promote: "Told to start at once.",
    delete: "Deleted.",
    resubmit: "Resubmitted: this is the new job.",
  },
  /** All that match a filter, at the time when it is asked for. */
  jobs: {
    retry: "Begun: all of these are retried.",
    cancel: "Begun: all of these are cancelled.",
    delete: "Begun: all of these are deleted.",
    stop: "Stopped: what was not begun is left alone.",
  },
  queue: { pause: "Paused: nothing starts until it is resumed.", resume: "Resumed." },
  schedule: {
    run: "Run at once: this is its job.",
    pause: "Paused: no slot is run until it is resumed.",
    resume: "Resumed.",
  },
  worker: { drain: "Told to drain: it starts nothing more.", release: "Released." },
  // Whatever Bull Board writes is told by its route.
  board: { write: "Written to." },
} as const;

export type ActionTarget = keyof typeof actions;

/** How what somebody asked for has ended. */
export const actOutcomes = {
  done: "It was done.",
  refused: "It was not done, as it could not be.",
  failed: "It may have been done in part: Redis or the producer failed meanwhile.",
} as const;

export type ActOutcome = keyof typeof actOutcomes;

export const auditLimits = {
  /** Entries that are kept, and for how long. */
  entries: 10_000,
  days: 90,
  /** The latest ones that a job keeps of itself. */
  ofJob: 20,
  /** Characters that a reason may have. */
  reason: 200,
} as const;

/** What can be done to all jobs that match, and the states that a job must be in for it. */
export const bulkActions = {
  retry: ["failed"],
  cancel: ["waiting", "working", "retrying", "scheduled"],
  delete: ["waiting", "retrying", "scheduled", "succeeded", "failed"],
} as const satisfies Readonly<Record<string, readonly FilterState[]>>;

export type BulkAction = keyof typeof bulkActions;

export const bulkLimits = {
  /** Jobs of one run. */
  jobs: 10_000,
  keptDays: 7,
  /** The latest runs that are listed. */
  listed: 50,
  /** Jobs that are dealt with before their end is noted: some ms of Redis' time. */
  atOnce: 25,
  /** After so long without a word, another producer goes on. */
  leaseMs: 10_000,
  /** Of those that were not done, the latest ones are kept with why. */
  unserved: 100,
} as const;
