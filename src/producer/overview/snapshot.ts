import { z } from "zod";
import type { FailureClass } from "../../contract/failures.ts";
import { queueLimits } from "../../contract/queues.ts";
import type { ScheduleStanding } from "../../queue/schedule-standings.ts";
import { failureClass } from "../jobs/failure-class.ts";
import type { EndedSecond } from "./ended-jobs.ts";
import type { OverviewQueue, OverviewState } from "./overview-state.ts";

const count = z.int().min(0);
const time = z.iso.datetime();
const percentiles = z
  .object({ p50: z.number(), p95: z.number() })
  .nullable()
  .meta({ description: "Null when no job tells." });

/** What goes up and down of one queue, and of all together. */
export const queuePeaks = {
  waiting: count,
  working: count,
  workers: count,
  oldest_waiting_seconds: z.number().meta({ description: "0 when none waits." }),
};
const queueReadings = {
  ...queuePeaks,
  paused: z.boolean(),
  paused_because: z.string().optional().meta({
    description: "The reason that was given for the pause, if one was.",
  }),
};

/** What is told of jobs that ended in some time. */
export const endedReadings = z.object({
  succeeded: count,
  failed: count,
  failures: z.partialRecord(failureClass, count),
  wait_seconds: percentiles,
  end_to_end_seconds: percentiles,
});
type EndedReadings = z.infer<typeof endedReadings>;

/** The queues as a whole at one moment, as the API tells it and the overview shows it. */
export const overviewSnapshot = z.object({
  at: z.iso.datetime(),
  queue: z
    .object({
      ...queueReadings,
      workers: count.meta({ description: "Connected to the queue that has most of them." }),
      paused: z.boolean().meta({ description: "Whether all queues are." }),
      clock_skew_seconds: z.number().meta({
        description:
          "By how much the producer's clock, which tells all of this, is ahead of Redis' (negative: behind); half a round trip off at most.",
      }),
      blocked_by: z.array(z.string()).meta({
        description:
          "What blocked a worker's event loop in the last ten minutes, latest first: a task's name, or `one of a, b and c` where it is not certain which.",
      }),
    })
    .nullable()
    .meta({ description: "All queues together; null when they were not read." }),
  queues: z
    .record(
      z.string(),
      z.object({
        ...queueReadings,
        held_by: z.array(z.enum(queueLimits)).meta({
          description: "The queue's limits that hold its waiting jobs back now.",
        }),
      }),
    )
    .nullable()
    .meta({ description: "Each queue by its name; null when they were not read." }),
  schedules: z
    .array(
      z.object({
        key: z.string(),
        task: z.string(),
        next_at: time.nullable().meta({
          description: "The first slot that has no job yet; null in a pause.",
        }),
        last_slot: time.nullable().meta({
          description: "The slot that had a job last; null before the first.",
        }),
        paused: z.boolean(),
      }),
    )
    .nullable()
    .meta({ description: "Times at which tasks run by themselves; null when they were not read." }),
  last_minute: endedReadings
    .nullable()
    .meta({ description: "Jobs that ended in the minute before; null when it was not read." }),
});
export type OverviewSnapshot = z.infer<typeof overviewSnapshot>;

/** What is known of a moment; `undefined` is what could not be read. */
export function createSnapshot(
  atMs: number,
  state: OverviewState | undefined,
  ended: readonly EndedSecond[] | undefined,
): OverviewSnapshot {
  return {
    at: new Date(atMs).toISOString(),
    queue: state === undefined ? null : summarizeState(atMs, state),
    queues:
      state === undefined ? null : mapValues(state.queues, (one) => summarizeQueue(atMs, one)),
    schedules: state === undefined ? null : state.schedules.map(summarizeSchedule),
    last_minute: ended === undefined ? null : summarizeEnded(ended),
  };
}

function summarizeState(
  atMs: number,
  { queues, skewMs, blockedBy }: OverviewState,
): NonNullable<OverviewSnapshot["queue"]> {
  const all = [...queues.values()].map((state) => summarizeQueue(atMs, state));
  const paused = all.every((queue) => queue.paused);
  const [reason, ...otherReasons] = new Set(all.map((queue) => queue.paused_because));
  return {
    waiting: sum(all.map(({ waiting }) => waiting)),
    working: sum(all.map(({ working }) => working)),
    workers: Math.max(...all.map(({ workers }) => workers)),
    paused,
    ...(paused && otherReasons.length === 0 && tellReason(reason)),
    oldest_waiting_seconds: Math.max(...all.map((one) => one.oldest_waiting_seconds)),
    clock_skew_seconds: round(skewMs / 1_000),
    blocked_by: [...blockedBy],
  };
}

function summarizeQueue(
  atMs: number,
  { jobs, workers, paused, pausedBecause, oldestReadyAt, heldBy }: OverviewQueue,
): NonNullable<OverviewSnapshot["queues"]>[string] {
  const waiting = jobs.waiting + jobs.prioritized;
  return {
    waiting,
    working: jobs.active,
    workers,
    paused,
    ...tellReason(pausedBecause),
    oldest_waiting_seconds: round(Math.max(0, atMs - (oldestReadyAt ?? atMs)) / 1_000),
    held_by: waiting === 0 ? [] : [...heldBy],
  };
}

/** Not who gave it, as strangers may see this. */
function tellReason(reason: string | undefined): { readonly paused_because?: string } {
  return reason === undefined ? {} : { paused_because: reason };
}

/** What may be told of a moment that is over: a reason that was given by mistake can be taken back. */
export function forgetReasons(snapshot: OverviewSnapshot): OverviewSnapshot {
  const { queue, queues } = snapshot;
  return {
    ...snapshot,
    queue: queue && forgetReason(queue),
    queues: queues && mapValues(new Map(Object.entries(queues)), forgetReason),
  };
}

function forgetReason<Q extends { readonly paused_because?: string | undefined }>(queue: Q): Q {
  return { ...queue, paused_because: undefined };
}

function summarizeSchedule({
  key,
  task,
  nextSlot,
  lastRun,
  pausedSince,
}: ScheduleStanding): NonNullable<OverviewSnapshot["schedules"]>[number] {
  return {
    key,
    task,
    next_at: isoOf(nextSlot),
    last_slot: isoOf(lastRun?.slot),
    paused: pausedSince !== undefined,
  };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));
}

/** Of all jobs that ended in these seconds. */
export function summarizeEnded(seconds: readonly EndedSecond[]): EndedReadings {
  const jobs = seconds.flatMap(({ sample }) => sample);
  const weights = new Map<FailureClass, number>();
  for (const { failureClass: reason, weight } of jobs) {
    if (reason !== undefined) weights.set(reason, (weights.get(reason) ?? 0) + weight);
  }
  return {
    succeeded: sum(seconds.map(({ succeeded }) => succeeded)),
    failed: sum(seconds.map(({ failed }) => failed)),
    failures: Object.fromEntries([...weights].map(([name, weight]) => [name, Math.round(weight)])),
    wait_seconds: percentilesOf(jobs.map(({ waitSeconds: value, weight }) => ({ value, weight }))),
    end_to_end_seconds: percentilesOf(
      jobs.map(({ endToEndSeconds: value, weight }) => ({ value, weight })),
    ),
  };
}

interface Weighted {
  /** `undefined` is not told, and left out. */
  readonly value: number | undefined;
  readonly weight: number;
}

/** The smallest values that half, and 95 %, of the weight do not exceed. */
function percentilesOf(values: readonly Weighted[]): EndedReadings["wait_seconds"] {
  const sorted = values
    .flatMap(({ value, weight }) => (value === undefined ? [] : [{ value, weight }]))
    .toSorted((a, b) => a.value - b.value);
  const total = sum(sorted.map(({ weight }) => weight));
  const at = (share: number) => {
    let reached = 0;
    return sorted.find(({ weight }) => (reached += weight) >= share * total)?.value;
  };
  const [p50, p95] = [at(0.5), at(0.95)];
  return p50 === undefined || p95 === undefined ? null : { p50: round(p50), p95: round(p95) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** To the millisecond, which is all that BullMQ's times tell. */
function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
