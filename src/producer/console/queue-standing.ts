import type { QueueSpec } from "../../contract/queues.ts";
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

/** As programs are told of it. */
export function tellQueue({ name, spec, state, pause, nowMs }: QueueStanding) {
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
    held_by: heldBy,
    concurrency: spec.concurrency ?? null,
    rate: spec.rate === undefined ? null : { max: spec.rate.max, per_ms: spec.rate.perMs },
    paused: pause !== undefined,
    paused_since: known === undefined ? null : new Date(known.at).toISOString(),
    paused_by: known?.by ?? null,
    paused_because: known?.reason ?? null,
  };
}

export type ToldQueue = ReturnType<typeof tellQueue>;
