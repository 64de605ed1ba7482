import { coarseFingerprintOf, type Failure, fingerprintOf, maskMessage } from "./fingerprint.ts";
import type { Names } from "./names.ts";

/** Kinds of failures that are told apart; of what comes then, only task and class are. */
const maxKinds = 5_000;
/** What has no job any more is forgotten once there are so many. */
const sweptFrom = 2 * maxKinds;

/** What the groups of failures are called. */
export interface Kinds {
  /** The fingerprint of a failure, whose message is remembered. */
  take(failure: Failure): string;
  messageOf(group: string): string;
}

/** `inUse` has the fingerprints of jobs in the table. */
export function createKinds(inUse: Names): Kinds {
  const messages = new Map<string, string>();
  const isKnown = (group: string) => inUse.find(group) !== undefined;
  return {
    take(failure) {
      const group = fingerprintOf(failure);
      if (messages.has(group)) return group;
      if (messages.size >= sweptFrom) {
        for (const known of messages.keys()) if (!isKnown(known)) messages.delete(known);
      }
      if (messages.size >= sweptFrom || inUse.size >= maxKinds) {
        const coarse = coarseFingerprintOf(failure);
        messages.set(coarse, "others, of too many kinds to tell apart");
        return coarse;
      }
      messages.set(group, maskMessage(failure.reason));
      return group;
    },
    messageOf: (group) => messages.get(group) ?? "",
  };
}
