import type { Worker } from "bullmq";
import type { Log } from "../telemetry/log.ts";
import type { Holds } from "./holds.ts";

const pauseMs = 1_000;

/** Answers that mean Redis is there but will not work until somebody fixes it, or it has loaded. */
const refusal = /^(OOM|MISCONF|WRONGTYPE|NOPERM|NOAUTH|READONLY|LOADING|BUSY)\b/;

export interface Brake {
  /** When it last held the worker, as `performance.now()` tells it: now, while it does. */
  readonly lastHeldAt: number;
  /** Lets go for good. */
  release(): void;
}

/** Logs what Redis refuses, once a pause for all of a process' queues, which it refuses alike. */
export type LogRefusal = (error: Error) => void;

export function createRefusalLog(log: Log): LogRefusal {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - loggedAt < pauseMs) return;
    loggedAt = performance.now();
    log.error({ err: error }, `redis refuses to work, pausing for ${pauseMs} ms: ${error.message}`);
  };
}

/**
 * Holds a worker for a second whenever Redis refuses its commands: BullMQ alone would try again at
 * once, some 7,000 times a second, and log each.
 */
export function registerBrake(worker: Worker, holds: Holds, logRefusal: LogRefusal): Brake {
  let timer: NodeJS.Timeout | undefined;
  let releasedAt = Number.NEGATIVE_INFINITY;
  const release = () => {
    timer = undefined;
    releasedAt = performance.now();
    holds.release("refused");
  };
  worker.on("error", (error) => {
    if (!refusal.test(error.message) || timer !== undefined) return;
    logRefusal(error);
    timer = setTimeout(release, pauseMs);
    holds.hold("refused");
  });
  return {
    get lastHeldAt() {
      return timer === undefined ? releasedAt : performance.now();
    },
    release: () => clearTimeout(timer),
  };
}
