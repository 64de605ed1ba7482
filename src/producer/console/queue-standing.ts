import { z } from "zod";
import { queueLimits, type QueueSpec } from "../../contract/queues.ts";
import { readClock } from "../../queue/clock.ts";
import { type Pause, readPause } from "../../queue/pause.ts";
import { readSubmittedState, type SubmittedState } from "../../queue/submitted-state.ts";
import type { Desk } from "../jobs/desk.ts";

/** A queue as operators see it. */
export interface QueueStanding {
  readonly name: string;
  readonly spec: QueueSpec;
  readonly state: SubmittedState;
  readonly pause: Pause | "unknown" | undefined;
  /** Redis' time when it was read, as Unix time in ms. */
  readonly nowMs: number;
}

/** Reads it now, not as it was a second ago: somebody looks who has just acted on it. */
export async function readQueueStanding({ name, spec, ask }: Desk): Promise<QueueStanding> {
  const [state, pause, nowMs] = await Promise.all([
    ask((queue, redis) => readSubmittedState(queue, redis, spec)),
    ask(readPause),
    ask((_, redis) => readClock(redis)),
  ]);
  return { name, spec, state, pause, nowMs };
}

const count = z.int().min(0);

/** What programs are told of a queue. */
export const toldQueue = z
  .object({
    name: z.string(),
    waiting: count,
    working: count,
    delayed: count.meta({ description: "Those that are retried later, too." }),
    succeeded: count,
    failed: count,
    oldest_waiting_seconds: count.nullable(),
    workers: count,
    held_by: z.array(z.enum(queueLimits)).meta({
      description: "What holds its jobs back although workers have free slots.",
    }),
    concurrency: z.int().nullable(),
    rate: z.object({ max: z.int(), per_ms: z.int() }).nullable(),
    paused: z.boolean(),
    paused_since: z.iso.datetime().nullable(),
    paused_by: z.string().nullable(),
    paused_because: z.string().nullable(),
  })
  .meta({ description: "A queue." });

export type ToldQueue = z.infer<typeof toldQueue>;

/** A queue as programs are told of it. */
export function tellQueue({ name, spec, state, pause, nowMs }: QueueStanding): ToldQueue {
  const { jobs, workers, heldBy, oldestReadyAt } = state;
  const known = pause === "unknown" ? undefined : pause;
  return {
    name,
    waiting: jobs.waiting + jobs.prioritized,
    working: jobs.active,
    delayed: jobs.delayed,
    succeeded: jobs.succeeded,
    failed: jobs.failed,
    oldest_waiting_seconds:
      oldestReadyAt === undefined ? null : Math.max(0, Math.round((nowMs - oldestReadyAt) / 1_000)),
    workers,
    held_by: [...heldBy],
    concurrency: spec.concurrency ?? null,
    rate: spec.rate === undefined ? null : { max: spec.rate.max, per_ms: spec.rate.perMs },
    paused: pause !== undefined,
    paused_since: known === undefined ? null : new Date(known.at).toISOString(),
    paused_by: known?.by ?? null,
    paused_because: known?.reason ?? null,
  };
}
