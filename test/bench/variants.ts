/**
 * What is switched on, from nothing to everything, and where the task runs; `sampled` is the share of jobs that are traced.
 * By default 50 traces a second are: 1 in 200 of the 10,000 jobs a second that such a run drains.
 */
export const variants = {
  /** No worker of ours: BullMQ's own, whose processor returns the same. */
  bullmq: { measured: false, sampled: 0, isolated: false },
  bare: { measured: false, sampled: 0, isolated: false },
  metrics: { measured: true, sampled: 0, isolated: false },
  "default-sampling": { measured: true, sampled: 0.005, isolated: false },
  "all-sampled": { measured: true, sampled: 1, isolated: false },
  isolated: { measured: false, sampled: 0, isolated: true },
  /** Jobs of a task whose priority is "low". */
  prioritized: { measured: false, sampled: 0, isolated: false },
} as const;
export type Variant = keyof typeof variants;
