/** How the start of an attempt at a job came to its end, and what that means to people. */
export const attemptOutcomes = {
  running: "It runs.",
  succeeded: "The job ended with its result.",
  retried: "It failed, and the job is tried again.",
  failed: "It failed, and with it the job.",
  handed_back: "Its worker stopped, and gave the job back. This attempt does not count.",
  lost: "Its worker vanished. This attempt does not count.",
  unknown:
    "Nothing is kept of its end, as where a job that had succeeded was retried past the board.",
} as const;

export type AttemptOutcome = keyof typeof attemptOutcomes;

/** How much is kept of the attempts that did not succeed. */
export const historyLimits = {
  /** Starts that are kept whatever comes later. */
  first: 10,
  /** The latest ones, beside these: more than a policy allows attempts. */
  last: 54,
  /** Characters of why it failed. */
  reason: 1_000,
} as const;
