import type { Worker } from "bullmq";
import type { Log } from "../telemetry/log.ts";

const pauseMs = 1_000;

/** Answers that mean Redis is there but will not work until somebody fixes it, or it has loaded. */
const refusal = /^(OOM|MISCONF|WRONGTYPE|NOPERM|NOAUTH|READONLY|LOADING|BUSY)\b/;

/**
 * Holds a worker for a second whenever Redis refuses its commands: BullMQ alone would try again at
 * once, some 7,000 times a second, and log each. Returns a function that lets go for good.
 */
export function registerBrake(worker: Worker, log: Log): () => void {
  let timer: NodeJS.Timeout | undefined;
  const release = async () => {
    timer = undefined;
    await worker.resume();
  };
  worker.on("error", (error) => {
    if (!refusal.test(error.message) || timer !== undefined) return;
    log.error({ err: error }, `redis refuses to work, pausing for ${pauseMs} ms: ${error.message}`);
    timer = setTimeout(() => {
      release().catch((failed: unknown) => log.error({ err: failed }, "cannot resume the worker"));
    }, pauseMs);
    worker
      .pause(true)
      .catch((failed: unknown) => log.error({ err: failed }, "cannot pause the worker"));
  });
  return () => {
    clearTimeout(timer);
  };
}
