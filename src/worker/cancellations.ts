import type { Worker } from "bullmq";
import type { Redis } from "ioredis";
import { lineOf } from "../telemetry/line-limits.ts";
import type { Log } from "../telemetry/log.ts";

/** What a job's signal aborts with when somebody has cancelled the job. */
export const cancelSignal = "the job was cancelled";

/** An isolated task has a second more to end; both together are less than two. */
const everyMs = 800;

export interface CancellationsDeps {
  readonly worker: Pick<Worker, "cancelJob">;
  /** The connection that is read on. */
  readonly redis: Redis;
  /** Ids of running jobs that were cancelled, and perhaps of others. */
  readonly readCancelled: () => Promise<readonly string[]>;
  /** Jobs that run in this worker. */
  readonly running: () => number;
  readonly log: Log;
}

/**
 * Aborts the signals of jobs that are cancelled while they run here. Nothing is read while none
 * runs. Returns a function that stops it.
 */
export function watchCancellations(deps: CancellationsDeps): () => void {
  const { worker, redis, readCancelled, running, log } = deps;
  let reading = false;
  const look = async () => {
    if (reading || running() === 0 || redis.status !== "ready") return;
    reading = true;
    try {
      for (const id of await readCancelled()) worker.cancelJob(id, cancelSignal);
    } catch (error) {
      // A connection that breaks is logged as such, and is looked at again once it is back.
      if (redis.status === "ready") {
        log.warn(
          { err: error, ...lineOf("job_cancelled") },
          "cannot read which jobs are cancelled",
        );
      }
    } finally {
      reading = false;
    }
  };
  const lookNow = () => void look();
  // What was cancelled while the connection was away.
  redis.on("ready", lookNow);
  const timer = setInterval(lookNow, everyMs);
  return () => {
    clearInterval(timer);
    redis.off("ready", lookNow);
  };
}
