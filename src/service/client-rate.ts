export interface Rate {
  /** In the long run. */
  readonly perMinute: number;
  /** At once, after a rest. */
  readonly burst: number;
}

export type CountEvent = (client: string, worth?: number) => boolean;

/** Who goes on although it is refused has to rest for so long at most. */
const maxRestMs = 60_000;
/** From so many clients on, those that have rested are forgotten. */
const minSwept = 10_000;

/**
 * Returns a function that counts an event of a client, or as many as it is worth, and says whether
 * it was within the rate (the generic cell rate algorithm, in which what is refused counts, too: it
 * took time). It answers at once, for connections are refused before anything of them is read.
 */
export function createClientRate({ perMinute, burst }: Rate): CountEvent {
  const intervalMs = 60_000 / perMinute;
  const burstMs = burst * intervalMs;
  /** By client, when it will have rested. */
  const restedAt = new Map<string, number>();
  let sweepAt = minSwept;
  const sweep = (now: number) => {
    for (const [client, at] of restedAt) if (at <= now) restedAt.delete(client);
    sweepAt = Math.max(minSwept, 2 * restedAt.size);
  };
  return (client, worth = 1) => {
    const now = performance.now();
    const at = Math.max(now, restedAt.get(client) ?? now) + worth * intervalMs;
    restedAt.set(client, Math.min(at, now + burstMs + maxRestMs));
    if (restedAt.size > sweepAt) sweep(now);
    return at <= now + burstMs;
  };
}
