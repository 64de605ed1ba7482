import { type ByOutcome, countFor } from "./budget.ts";
import type { EndedJobs } from "./ended-sample.ts";
import type { Kept } from "./kept.ts";

/** One client may have so much of what ended jobs have in all; beyond it, its own go first. */
const fairShare = 0.25;

/**
 * Different jobs of a client that have to be among those drawn before it is judged: a large one is a
 * large part of what was drawn, and tells nothing of what its client has. So few are never a quarter:
 * with 390 KB each, the most that a job can have (src/contract/result-limits.ts), they have 3.1 MB, and ended jobs at least 50 MB (src/queue/budget.ts).
 */
const fewestJudged = 8;

/** How many jobs go of the client that has most. */
export interface OwnRemoval extends ByOutcome {
  readonly owner: string;
}

/** What a client has, as far as the samples tell. */
interface Share extends Record<keyof ByOutcome, { count: number; bytes: number }> {
  readonly owner: string;
  /** Of its jobs that were drawn. */
  readonly ids: Set<string>;
}

/**
 * How many of its own jobs the client has to give that has the most, told from samples, so that so
 * many bytes go: of the other outcome where it has too few of one. `undefined` where none has more
 * than its share.
 */
export function planOwnRemoval(
  excess: ByOutcome,
  ended: Readonly<Record<keyof ByOutcome, EndedJobs>>,
): OwnRemoval | undefined {
  const total = weighAll(ended.succeeded).bytes + weighAll(ended.failed).bytes;
  const judged = findShares(ended).filter(({ ids }) => ids.size >= fewestJudged);
  const [most] = judged.toSorted((a, b) => bytesOf(b) - bytesOf(a));
  if (most === undefined || bytesOf(most) <= fairShare * total) return undefined;
  const { owner, succeeded, failed } = most;
  const lackingFailures = Math.max(0, excess.failed - failed.bytes);
  const lackingSuccesses = Math.max(0, excess.succeeded - succeeded.bytes);
  return {
    owner,
    succeeded: countFor(succeeded, excess.succeeded + lackingFailures),
    failed: countFor(failed, excess.failed + lackingSuccesses),
  };
}

/** What all of these jobs have, as far as the sample tells. */
export function weighAll({ count, sample }: EndedJobs): Kept {
  const bytes = sample.reduce((sum, job) => sum + job.bytes, 0);
  return { count, bytes: sample.length === 0 ? 0 : (bytes / sample.length) * count };
}

function findShares(ended: Readonly<Record<keyof ByOutcome, EndedJobs>>): Share[] {
  const shares = new Map<string, Share>();
  for (const outcome of ["succeeded", "failed"] as const) {
    const { count, sample } = ended[outcome];
    const perDrawn = count / Math.max(1, sample.length);
    for (const { id, owner, bytes } of sample) {
      if (owner === undefined) continue;
      const share = shares.get(owner) ?? createShare(owner);
      share.ids.add(id);
      share[outcome].count += perDrawn;
      share[outcome].bytes += bytes * perDrawn;
      shares.set(owner, share);
    }
  }
  return [...shares.values()];
}

function createShare(owner: string): Share {
  return {
    owner,
    ids: new Set(),
    succeeded: { count: 0, bytes: 0 },
    failed: { count: 0, bytes: 0 },
  };
}

function bytesOf({ succeeded, failed }: Share): number {
  return succeeded.bytes + failed.bytes;
}
