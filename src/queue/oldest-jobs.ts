import type { Queue } from "bullmq";
import type { EndedSet } from "./queue.ts";

/** Removing so many with 60 KB each was measured to keep Redis from others for 1.8 ms. */
const batch = 100;
/** What one sweep removes of either outcome; the next one goes on. */
export const mostRemoved = 50 * batch;

/** Removes so many jobs, or as many as one sweep may, the oldest first; returns how many it were. */
export async function removeOldest(
  queue: Queue,
  set: EndedSet,
  wanted: number,
  graceMs = 0,
): Promise<number> {
  const count = Math.min(wanted, mostRemoved);
  let removed = 0;
  while (removed < count) {
    const ids = await queue.clean(graceMs, Math.min(batch, count - removed), set);
    if (ids.length === 0) break;
    removed += ids.length;
  }
  return removed;
}
