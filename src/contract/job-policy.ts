/** How often a job is tried, and how long it waits for the next attempt. */
export interface Attempts {
  /** 1 for no retry. */
  readonly max: number;
  /** Before the second attempt; each further one waits twice as long. */
  readonly backoffMs: number;
  /** From 0 to 1: the part of each wait that is left to chance, so that jobs do not come back together. */
  readonly jitter: number;
}

/**
 * Whose jobs are taken first of those that wait in one queue, with BullMQ's number for it. 0 is its
 * plain list, which is cheapest, and taken before all others.
 */
export const priorities = { high: 0, normal: 10, low: 20 } as const;
export type Priority = keyof typeof priorities;

/** What holds of a job, by its task. */
export interface JobPolicy {
  readonly attempts: Attempts;
  readonly priority: Priority;
  /** Of the task's unfinished jobs, one may have this key; `undefined` for any number. */
  readonly uniqueKey: string | undefined;
}

/** What holds of the jobs of a task that says nothing else. */
export const defaultPolicy: JobPolicy = {
  attempts: { max: 4, backoffMs: 1_000, jitter: 0.5 },
  priority: "high",
  uniqueKey: undefined,
};

/** No wait for an attempt may be longer: failed jobs are kept as long. */
export const maxBackoffMs = 604_800_000;

/** The longest wait for an attempt: before the last one. */
export function longestBackoffMs({ max, backoffMs }: Attempts): number {
  return max < 2 ? 0 : backoffMs * 2 ** (max - 2);
}
