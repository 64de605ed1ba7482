import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { heartbeatEverySeconds, type QueueSpec } from "../contract/queues.ts";
import { scheduleHeartbeat } from "../queue/heartbeat.ts";
import { setLimits } from "../queue/limits.ts";
import type { Log } from "../telemetry/log.ts";

export interface StandingOrdersDeps {
  readonly queue: Queue;
  readonly spec: Pick<QueueSpec, "concurrency" | "rate">;
  /** The queue's connection. */
  readonly redis: Redis;
  readonly log: Log;
  readonly lookEveryMs?: number;
}

export interface StandingOrders {
  /** Settles once the limits were set, or could not be. */
  readonly limited: Promise<void>;
  readonly stop: () => void;
}

/**
 * Keeps a queue's limits set and its heartbeat scheduled, whoever removes them and whatever Redis
 * has lost.
 */
export function keepStandingOrders(deps: StandingOrdersDeps): StandingOrders {
  const { queue, spec, redis, log, lookEveryMs = heartbeatEverySeconds * 1_000 } = deps;
  const limit = () =>
    setLimits(queue, spec).catch((error: unknown) => {
      log.error({ queue: queue.name, err: error }, "cannot set the queue's limits");
    });
  const schedule = () =>
    scheduleHeartbeat(queue).catch((error: unknown) => {
      log.error({ queue: queue.name, err: error }, "cannot schedule the heartbeat");
    });
  const look = () => {
    void limit();
    void schedule();
  };
  const limited = limit();
  void schedule();
  // Again at each connection: a Redis that lost its data has lost them too.
  redis.on("ready", look);
  const timer = setInterval(() => {
    if (redis.status === "ready") look();
  }, lookEveryMs);
  return {
    limited,
    stop() {
      clearInterval(timer);
      redis.off("ready", look);
    },
  };
}
