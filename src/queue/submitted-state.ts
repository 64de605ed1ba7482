import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../contract/queues.ts";
import { heartbeatName, readHeartbeatStates } from "./heartbeat.ts";
import { readyAt } from "./ready-at.ts";
import { type QueueState, readQueueState } from "./state.ts";

/** The queue as people see it: without heartbeats, which nobody submitted. */
export async function readSubmittedState(
  queue: Queue,
  redis: Redis,
  spec: QueueSpec,
): Promise<QueueState> {
  const [state, heartbeats, oldestReadyAt] = await Promise.all([
    readQueueState(queue, spec),
    readHeartbeatStates(queue, redis),
    readOldestSubmitted(queue),
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

/** Behind a heartbeat there may be another one, that an operator has run by hand. */
const heartbeatsAtOnce = 3;

async function readOldestSubmitted(queue: Queue): Promise<number | undefined> {
  const [oldest] = await queue.getWaiting(0, 0);
  if (oldest?.name !== heartbeatName) return oldest === undefined ? undefined : readyAt(oldest);
  const others = await queue.getWaiting(1, heartbeatsAtOnce);
  const next = others.find(({ name }) => name !== heartbeatName);
  return next === undefined ? undefined : readyAt(next);
}
