/** The value below which that share of all lies: a measured one; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The upper one of the middle two, where their number is even. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
