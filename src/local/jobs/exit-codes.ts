/** What the command line tells the shell; a job that was refused, or not found, was not served. */
export const exitCodes = {
  done: 0,
  jobFailed: 1,
  /** Of arguments or input: nothing was queued. */
  unusable: 2,
  unserved: 3,
  /** The time of `--timeout` was over; the job goes on. */
  unended: 4,
  /** As shells say it of SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What was typed cannot be meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
