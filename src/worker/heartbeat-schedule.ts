import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { heartbeatEverySeconds } from "../contract/queues.ts";
import { scheduleHeartbeat } from "../queue/heartbeat.ts";
import type { Log } from "../telemetry/log.ts";

export interface HeartbeatScheduleDeps {
  readonly queue: Queue;
  /** The queue's connection. */
  readonly redis: Redis;
  readonly log: Log;
  readonly lookEveryMs?: number;
}

/**
 * Keeps the heartbeat scheduled, whoever removes it and whatever Redis has lost; returns a function
 * that stops that.
 */
export function keepHeartbeat(deps: HeartbeatScheduleDeps): () => void {
  const { queue, redis, log, lookEveryMs = heartbeatEverySeconds * 1_000 } = deps;
  const look = () => {
    scheduleHeartbeat(queue).catch((error: unknown) => {
      log.error({ err: error }, "cannot schedule the heartbeat");
    });
  };
  look();
  // Again at each connection: a Redis that lost its data has lost the schedule too.
  redis.on("ready", look);
  const timer = setInterval(() => {
    if (redis.status === "ready") look();
  }, lookEveryMs);
  return () => {
    clearInterval(timer);
    redis.off("ready", look);
  };
}
