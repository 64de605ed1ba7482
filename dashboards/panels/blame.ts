import { type FailureClass, failureClasses } from "../../src/contract/failures.ts";

const classes = Object.entries(failureClasses) as [
  FailureClass,
  (typeof failureClasses)[FailureClass],
][];

/** Failures that are the submitter's own mistake: worth a look, never a fault of ours. */
export const callerClasses = classes
  .filter(([, { blame }]) => blame === "caller")
  .map(([name]) => name);
