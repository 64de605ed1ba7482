import type { Kept, KeptState } from "./kept.ts";
import type { Memory } from "./memory.ts";

/**
 * Shares of Redis's memory limit. Submissions are refused at 0.7 and Redis is not ready at 0.95, so
 * what is kept makes room well before: at 0.6.
 */
const shares = {
  /** What is in use beyond it takes room from jobs that have ended. */
  used: 0.6,
  /** Jobs that have ended may have so much while there is room. */
  maxEnded: 0.35,
  /** So much stays theirs however many jobs wait: whoever submitted one must find its result. */
  minEnded: 0.1,
  /** Each result is in the events once more. */
  events: 0.05,
} as const;

/** Entries that stay however large they are, for producers that read a moment later. */
const minEvents = 50;

/** What has to go so that the memory lasts. */
export interface Removal {
  /** Jobs of either outcome, the oldest first. */
  readonly succeeded: number;
  readonly failed: number;
  /** Entries to keep; `undefined` when all may stay. */
  readonly events: number | undefined;
}

/** How much of what is kept must go: successes before failures, and nothing where Redis has no limit. */
export function planRemoval(
  { used, limit }: Memory,
  { succeeded, failed, events }: Readonly<Record<KeptState, Kept>>,
): Removal {
  const eventBytes = shares.events * limit;
  const tooManyEvents = Math.max(0, events.bytes - eventBytes);
  const ended = succeeded.bytes + failed.bytes;
  const others = used - ended - tooManyEvents;
  const room = shares.used * limit - others;
  const budget = Math.min(Math.max(room, shares.minEnded * limit), shares.maxEnded * limit);
  const excess = ended - budget;
  return {
    succeeded: countFor(succeeded, excess),
    failed: countFor(failed, excess - succeeded.bytes),
    events:
      tooManyEvents > 0
        ? Math.max(minEvents, Math.floor((eventBytes / events.bytes) * events.count))
        : undefined,
  };
}

/** How many of these, of average size, have so many bytes. */
function countFor({ count, bytes }: Kept, excess: number): number {
  return excess > 0 && bytes > 0 ? Math.min(count, Math.ceil((excess / bytes) * count)) : 0;
}
