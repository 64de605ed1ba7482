import { type FailureClass, failureClasses } from "../../src/contract/failures.ts";

const classes = Object.entries(failureClasses) as [
  FailureClass,
  (typeof failureClasses)[FailureClass],
][];

/** Failures that are the submitter's own mistake: worth a look, never a fault of ours. */
export const callerClasses = classesOf("caller");

/** Failures that somebody has asked for. */
export const wantedClasses = classesOf("nobody");

/** Failures that are no fault of ours. */
export const faultlessClasses = [...callerClasses, ...wantedClasses];

function classesOf(blamed: (typeof failureClasses)[FailureClass]["blame"]): FailureClass[] {
  return classes.filter(([, { blame }]) => blame === blamed).map(([name]) => name);
}
