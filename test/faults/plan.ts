/** A fault's number; D1 is what is no fault: a deployment. */
export type FaultId = `F${number}` | "D1";

const faults = 28;

/** In the order of the table, which shows all of it or what it showed before. */
export const plan: readonly string[] = [
  ...Array.from({ length: faults }, (_, index) => `F${index + 1}`),
  "D1",
];
