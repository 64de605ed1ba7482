import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../contract/queues.ts";
import { readHeartbeatStates } from "./heartbeat.ts";
import { readOldestReadyAt } from "./oldest-waiting.ts";
import { type QueueState, readQueueState } from "./state.ts";

/** The queue as people see it: without heartbeats, which nobody submitted. */
export interface SubmittedState extends QueueState {
  /** Unix time in ms from which the oldest waiting job could have run; `undefined` when none waits. */
  readonly oldestReadyAt: number | undefined;
}

export async function readSubmittedState(
  queue: Queue,
  redis: Redis,
  spec: QueueSpec,
): Promise<SubmittedState> {
  const [state, heartbeats, oldestReadyAt] = await Promise.all([
    readQueueState(queue, spec),
    readHeartbeatStates(queue, redis),
    readOldestReadyAt(queue, redis),
  ]);
  const without = (name: "waiting" | "active" | "delayed") =>
    // A heartbeat may have moved between the two readings.
    Math.max(0, state.jobs[name] - heartbeats.filter((found) => found === name).length);
  return {
    ...state,
    jobs: {
      ...state.jobs,
      waiting: without("waiting"),
      active: without("active"),
      delayed: without("delayed"),
    },
    oldestReadyAt,
  };
}
