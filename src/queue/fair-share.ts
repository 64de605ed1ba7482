import { type ByOutcome, countFor } from "./budget.ts";
import type { EndedJobs, Kept } from "./kept.ts";

/** One client may have so much of what ended jobs have in all; beyond it, its own go first. */
const fairShare = 0.25;

/** How many jobs go of the client that has most. */
export interface OwnRemoval extends ByOutcome {
  readonly owner: string;
}

/**
 * How many of its own jobs the client has to give that has the most, told from samples, so that so
 * many bytes go: of the other outcome where it has too few of one. `undefined` where none has more
 * than its share.
 */
export function planOwnRemoval(
  excess: ByOutcome,
  ended: Readonly<Record<"succeeded" | "failed", EndedJobs>>,
): OwnRemoval | undefined {
  const total = weigh(ended.succeeded).bytes + weigh(ended.failed).bytes;
  const owners = new Set(
    [...ended.succeeded.sample, ...ended.failed.sample].flatMap(({ owner }) => owner ?? []),
  );
  const shares = [...owners].map((owner) => {
    const own = { succeeded: weigh(ended.succeeded, owner), failed: weigh(ended.failed, owner) };
    return { owner, own, bytes: own.succeeded.bytes + own.failed.bytes };
  });
  const [most] = shares.toSorted((a, b) => b.bytes - a.bytes);
  if (most === undefined || most.bytes <= fairShare * total) return undefined;
  const { succeeded, failed } = most.own;
  const lackingFailures = Math.max(0, excess.failed - failed.bytes);
  const lackingSuccesses = Math.max(0, excess.succeeded - succeeded.bytes);
  return {
    owner: most.owner,
    succeeded: countFor(succeeded, excess.succeeded + lackingFailures),
    failed: countFor(failed, excess.failed + lackingSuccesses),
  };
}

/** What all of these jobs have, or those of the owner. */
function weigh({ count, sample }: EndedJobs, owner?: string): Kept {
  const weighed = owner === undefined ? sample : sample.filter((job) => job.owner === owner);
  const perSampled = sample.length === 0 ? 0 : count / sample.length;
  return {
    count: Math.ceil(weighed.length * perSampled),
    bytes: weighed.reduce((sum, { bytes }) => sum + bytes, 0) * perSampled,
  };
}
