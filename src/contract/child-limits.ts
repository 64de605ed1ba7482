/** What holds of jobs that other jobs submit. */
export const childLimits = {
  /** Jobs that one job may submit: of each it keeps a note. */
  ofOneJob: 1_000,
  /** Generations below a job that a client submitted: a task that submits itself ends at some time. */
  generations: 100,
  /** Characters of a key. */
  key: 128,
  /** Of an input as JSON, as of those that clients send. */
  inputBytes: 65_536,
} as const;
