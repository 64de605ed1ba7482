import { monitorEventLoopDelay } from "node:perf_hooks";
import type { SharedMetrics } from "./metrics.ts";

/** How exactly a block is measured; fifty wake-ups a second cost nothing that can be measured. */
const resolutionMs = 20;
const tickMs = 1_000;
/** Longer than the 15 s between two scrapes by so much that one which timed out loses nothing. */
const windowMs = 60_000;

/**
 * Keeps the gauge at the longest block of the event loop that ended within the last minute, which no
 * reading of the gauge changes. Returns what ends it.
 */
export function watchEventLoop(gauge: SharedMetrics["eventLoopLagMax"]): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  const longest = createRecentMaximum(windowMs);
  const look = () => {
    // What it measures is the time between two of its own timers.
    const seconds = Math.max(0, delays.max / 1e9 - resolutionMs / 1e3);
    delays.reset();
    gauge.set(longest.add(seconds, performance.now()));
  };
  delays.enable();
  const timer = setInterval(look, tickMs).unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
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
