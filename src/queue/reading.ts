import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../contract/queues.ts";
import { measureSkew } from "./clock.ts";
import { readHeartbeat } from "./heartbeat.ts";
import { type Kept, type KeptState, measureKept } from "./kept.ts";
import { type ParseTimetable, readStandings, type ScheduleStanding } from "./schedule-standings.ts";
import { readSubmittedState, type SubmittedState } from "./submitted-state.ts";

/** All that is measured of a queue at one moment; of its jobs, those that somebody submitted. */
export interface Reading extends SubmittedState {
  /** Unix time in ms at which the last heartbeat came through. */
  readonly heartbeatAt: number | undefined;
  /** By how many ms this host's clock is ahead of Redis'. */
  readonly skewMs: number;
  readonly kept: Readonly<Record<KeptState, Kept>>;
  readonly schedules: readonly ScheduleStanding[];
}

/** `parse` reads the timetables of its schedules. */
export async function readQueue(
  queue: Queue,
  redis: Redis,
  spec: QueueSpec,
  parse: ParseTimetable,
): Promise<Reading> {
  const [state, heartbeatAt, skewMs, kept, schedules] = await Promise.all([
    readSubmittedState(queue, redis, spec),
    readHeartbeat(queue, redis),
    measureSkew(redis),
    measureKept(queue, redis),
    readStandings(queue, redis, parse),
  ]);
  return { ...state, heartbeatAt, skewMs, kept, schedules };
}
