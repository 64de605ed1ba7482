/** How exactly a block is measured; fifty wake-ups a second cost nothing that can be measured. */
const resolutionMs = 20;
const tickMs = 1_000;
/** Longer than the 15 s between two scrapes by so much that one which timed out loses nothing. */
const windowMs = 60_000;

/** What shows seconds, such as a gauge. */
export interface LagGauge {
  set(seconds: number): void;
}

/**
 * Keeps the gauge at the longest block of the event loop that ended within the last minute, which no
 * reading of the gauge changes. Returns what ends it. Node.js' own histogram would miss what comes
 * between its reset and its next sample.
 */
export function watchEventLoop(gauge: LagGauge): () => void {
  const longest = createRecentMaximum(windowMs);
  let lookedAt = performance.now();
  let toldAt = lookedAt;
  let blockedMs = 0;
  const look = () => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - lookedAt - resolutionMs);
    lookedAt = now;
    if (now - toldAt < tickMs) return;
    gauge.set(longest.add(blockedMs / 1_000, now));
    toldAt = now;
    blockedMs = 0;
  };
  const timer = setInterval(look, resolutionMs).unref();
  return () => clearInterval(timer);
}

export interface RecentMaximum {
  /** Takes a value, and returns the largest of those within the window. */
  add(value: number, nowMs: number): number;
}

export function createRecentMaximum(lastsMs: number): RecentMaximum {
  // Only what no later value has outdone, so the first is the largest.
  let kept: { readonly value: number; readonly atMs: number }[] = [];
  return {
    add(value, nowMs) {
      kept = kept.filter((one) => one.value > value && one.atMs > nowMs - lastsMs);
      kept.push({ value, atMs: nowMs });
      return kept[0]?.value ?? value;
    },
  };
}
