import type { Worker } from "bullmq";
import type { Log } from "../telemetry/log.ts";

/** Why a worker takes no jobs for now: Redis refuses its commands, or an operator has it drained. */
export type HoldReason = "refused" | "drained";

export interface Holds {
  hold(reason: HoldReason): void;
  release(reason: HoldReason): void;
  has(reason: HoldReason): boolean;
}

/** Has a worker take no more jobs for as long as there is any reason; those that run go on. */
export function createHolds(worker: Pick<Worker, "pause" | "resume">, log: Log): Holds {
  const reasons = new Set<HoldReason>();
  return {
    hold(reason) {
      reasons.add(reason);
      worker
        .pause(true)
        .catch((failed: unknown) => log.error({ err: failed }, "cannot pause the worker"));
    },
    release(reason) {
      if (!reasons.delete(reason) || reasons.size > 0) return;
      worker
        .resume()
        .catch((failed: unknown) => log.error({ err: failed }, "cannot resume the worker"));
    },
    has: (reason) => reasons.has(reason),
  };
}
