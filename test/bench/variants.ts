/** What is switched on, from nothing to everything; `sampled` is the share of jobs that are traced. */
export const variants = {
  bare: { measured: false, sampled: 0 },
  metrics: { measured: true, sampled: 0 },
  "default-sampling": { measured: true, sampled: 0.1 },
  "all-sampled": { measured: true, sampled: 1 },
} as const;
export type Variant = keyof typeof variants;
