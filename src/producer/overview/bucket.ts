import { z } from "zod";
import type { EndedSecond } from "./ended-jobs.ts";
import { endedReadings, type OverviewSnapshot, queuePeaks, summarizeEnded } from "./snapshot.ts";

/** Five minutes: 288 buckets of some 300 bytes are a day. */
export const bucketMs = 300_000;

/** The queues as a whole in five minutes, as the API tells it and the overview of the day shows it. */
export const overviewBucket = z.object({
  at: z.iso.datetime().meta({ description: "When the five minutes ended." }),
  queue: z.object(queuePeaks).nullable().meta({
    description:
      "All queues together: the most of each number, and the least of the workers; null when no producer read them.",
  }),
  ended: endedReadings
    .nullable()
    .meta({ description: "Jobs that ended in the five minutes; null when nobody knows any more." }),
});
export type OverviewBucket = z.infer<typeof overviewBucket>;

/**
 * The five minutes from `startMs` on, of the snapshots that were taken in them, and of what ended;
 * `undefined` when nothing is known of them.
 */
export function createBucket(
  startMs: number,
  snapshots: readonly OverviewSnapshot[],
  ended: readonly EndedSecond[] | undefined,
): OverviewBucket | undefined {
  const states = snapshots.flatMap(({ at, queue }) =>
    queue !== null && startOf(Date.parse(at)) === startMs ? [queue] : [],
  );
  if (states.length === 0 && (ended ?? []).length === 0) return undefined;
  const most = (name: "waiting" | "working" | "oldest_waiting_seconds") =>
    Math.max(...states.map((state) => state[name]));
  return {
    at: new Date(startMs + bucketMs).toISOString(),
    queue:
      states.length === 0
        ? null
        : {
            waiting: most("waiting"),
            working: most("working"),
            workers: Math.min(...states.map(({ workers }) => workers)),
            oldest_waiting_seconds: most("oldest_waiting_seconds"),
          },
    ended: ended === undefined ? null : summarizeEnded(ended),
  };
}

/** Of the five minutes that a Unix time in ms is in. */
export function startOf(timeMs: number): number {
  return Math.floor(timeMs / bucketMs) * bucketMs;
}
