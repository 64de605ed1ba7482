import { type FailureClass, failureClasses } from "../contract/failures.ts";

const separator = ": ";

/** How BullMQ itself words the failure of a job that stalled too often; part of it, as of 6.7. */
const bullmqStalled = "job stalled more than allowable limit";

/** A job's failed reason as it is kept in Redis, where the error's own class does not survive. */
export function formatFailure(failureClass: FailureClass, reason: string): string {
  return `${failureClass}${separator}${reason}`;
}

/** Reads a reason written by `formatFailure`, or by BullMQ itself (`stalled`); anything else is `_OTHER`. */
export function parseFailure(failedReason: string): {
  failureClass: FailureClass;
  reason: string;
} {
  const end = failedReason.indexOf(separator);
  const prefix = failedReason.slice(0, Math.max(end, 0));
  if (isFailureClass(prefix)) {
    return { failureClass: prefix, reason: failedReason.slice(end + separator.length) };
  }
  if (failedReason.startsWith(bullmqStalled)) {
    return { failureClass: "stalled", reason: failedReason };
  }
  return { failureClass: "_OTHER", reason: failedReason };
}

function isFailureClass(word: string): word is FailureClass {
  return Object.hasOwn(failureClasses, word);
}

/** What Redis keeps as the reason of a job that somebody cancelled. */
export const cancelledReason = formatFailure("cancelled_by_user", "cancelled on request");
