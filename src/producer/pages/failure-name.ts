import type { FailureClass } from "../../contract/failures.ts";

const other: FailureClass = "_OTHER";

/** A failure's class as people read it: programs' name for all others says nothing to them. */
export function nameFailure(failureClass: string): string {
  return failureClass === other ? "unexpected error" : failureClass;
}
