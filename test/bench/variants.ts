/**
 * What is switched on, from nothing to everything; `sampled` is the share of jobs that are traced.
 * By default 50 traces a second are: 1 in 200 of the 10,000 jobs a second that such a run drains.
 */
export const variants = {
  bare: { measured: false, sampled: 0 },
  metrics: { measured: true, sampled: 0 },
  "default-sampling": { measured: true, sampled: 0.005 },
  "all-sampled": { measured: true, sampled: 1 },
} as const;
export type Variant = keyof typeof variants;
