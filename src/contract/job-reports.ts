/** What a task may tell of its job while it runs, and how much of that is kept. */
export const reportLimits = {
  /** Characters of the text beside a fraction. */
  text: 200,
  /** Characters of a line of the log, its fields included. */
  line: 2_000,
  /** Of a job's log; the oldest lines go. */
  lines: 200,
  /** Of all its lines together. */
  bytes: 65_536,
} as const;

/** How much a line of a job's log matters. */
export const logLevels = ["info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
