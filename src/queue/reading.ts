import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readHeartbeat } from "./heartbeat.ts";
import { type QueueState, readQueueState } from "./state.ts";

/** All that is measured of a queue at one moment: its state, and when its last heartbeat came. */
export async function readQueue(
  queue: Queue,
  redis: Redis,
): Promise<QueueState & { readonly heartbeatAt: number | undefined }> {
  const [state, heartbeatAt] = await Promise.all([
    readQueueState(queue),
    readHeartbeat(queue, redis),
  ]);
  return { ...state, heartbeatAt };
}
