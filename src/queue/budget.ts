import type { Kept, KeptByState } from "./kept.ts";
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
  /**
   * Of what ended jobs may have, failures may have so much before they go like successes, which
   * otherwise go first: kept for seven times as long, they would leave no room for any success.
   */
  failedOfEnded: 0.5,
  /** So much stays theirs however many jobs wait: whoever submitted one must find its result. */
  minEnded: 0.1,
  /** Each result is in the events once more. */
  events: 0.05,
} as const;

/** Entries that stay however large they are, for producers that read a moment later. */
const minEvents = 50;

/** Half of the memory of the smallest host (t4g.micro, infra/README.md), as its Redis would be given. */
const assumedLimit = 512 * 1024 * 1024;

/** Of jobs that have ended: their bytes, or how many they are. */
export interface ByOutcome {
  readonly succeeded: number;
  readonly failed: number;
}

/** What has to go so that the memory lasts: bytes of ended jobs, the oldest first, and events. */
export interface Removal extends ByOutcome {
  /** Entries to keep; `undefined` when all may stay. */
  readonly events: number | undefined;
}

const nothing = { count: 0, bytes: 0 } as const;
const keptNowhere: KeptByState = { succeeded: nothing, failed: nothing, events: nothing };

/**
 * How much of what a queue keeps must go: successes before failures, as long as these have no more
 * than half. `others` is what other queues keep in the same memory: each gives its part of what is
 * too much of all. Where Redis has no limit, what is kept is bounded as by the least that a host of ours has, but
 * makes room for nobody.
 */
export function planRemoval(
  { used, limit }: Memory,
  kept: KeptByState,
  others: KeptByState = keptNowhere,
): Removal {
  const [succeeded, failed, events] = [
    addKept(kept.succeeded, others.succeeded),
    addKept(kept.failed, others.failed),
    addKept(kept.events, others.events),
  ];
  const isLimited = Number.isFinite(limit);
  const total = isLimited ? limit : assumedLimit;
  const eventBytes = shares.events * total;
  const tooManyEvents = Math.max(0, events.bytes - eventBytes);
  const ended = succeeded.bytes + failed.bytes;
  const inUse = used - ended - tooManyEvents;
  const room = isLimited ? shares.used * total - inUse : Infinity;
  const budget = Math.min(Math.max(room, shares.minEnded * total), shares.maxEnded * total);
  const excess = Math.max(0, ended - budget);
  const failedBudget = Math.max(shares.failedOfEnded * budget, budget - succeeded.bytes);
  const failedExcess = Math.min(excess, Math.max(0, failed.bytes - failedBudget));
  return {
    succeeded: (excess - failedExcess) * partOf(kept.succeeded, succeeded),
    failed: failedExcess * partOf(kept.failed, failed),
    events:
      tooManyEvents > 0
        ? Math.max(minEvents, Math.floor((eventBytes / events.bytes) * kept.events.count))
        : undefined,
  };
}

/** What several queues keep together. */
export function addKept(a: Kept, b: Kept): Kept {
  return { count: a.count + b.count, bytes: a.bytes + b.bytes };
}

function partOf({ bytes }: Kept, all: Kept): number {
  return all.bytes === 0 ? 0 : bytes / all.bytes;
}

/** How many of these, of average size, have so many bytes. */
export function countFor({ count, bytes }: Kept, wanted: number): number {
  return wanted > 0 && bytes > 0 ? Math.min(count, Math.ceil((wanted / bytes) * count)) : 0;
}
