import type { Worker } from "bullmq";
import { readCancelled } from "../queue/cancellation.ts";
import { readQueueState } from "../queue/state.ts";
import { createActivityCollector } from "./activity-metrics.ts";
import { createActivity } from "./activity.ts";
import { watchCancellations } from "./cancellations.ts";
import { startDeadman } from "./deadman.ts";
import { drainWorker } from "./drain.ts";
import { openQueueWorker, type WorkerDeps } from "./queue-worker.ts";
import { keepStandingOrders } from "./standing-orders.ts";

export interface ServedQueueDeps extends Omit<WorkerDeps, "activity" | "limited"> {
  /** Jobs wait, but the worker takes none: it is of no more use. */
  readonly onWedged: () => void;
}

/** One of the queues that a worker takes jobs from; the slots are its own. */
export interface ServedQueue {
  readonly name: string;
  /** BullMQ's own, for its events. */
  readonly worker: Worker;
  /** Brings the metrics of what it does up to date. */
  readonly collect: () => void;
  /** Stops all that it does beside its jobs. */
  readonly rest: () => void;
  /** Takes no more jobs, and resolves as `drainWorker` does. */
  readonly drain: () => Promise<void>;
}

/** Takes jobs as soon as the queue's limits hold, and keeps at it until it is drained. */
export function openServedQueue({ onWedged, ...deps }: ServedQueueDeps): ServedQueue {
  const { queue, spec, slots, redis, config, metrics, log } = deps;
  const activity = createActivity();
  const standing = keepStandingOrders({ queue, spec, redis, log });
  const { worker, brake } = openQueueWorker({ ...deps, activity, limited: standing.limited });
  const stopCancellations = watchCancellations({
    worker,
    redis,
    readCancelled: () => readCancelled(queue, redis),
    running: () => activity.running,
    log,
  });
  const stopDeadman = startDeadman({
    readState: () => readQueueState(queue, spec),
    activity,
    brake,
    concurrency: slots,
    limitMs: config.deadmanMs,
    onWedged: (waitedMs) => {
      log.fatal(
        { queue: queue.name, waited_ms: waitedMs },
        "jobs wait but none is started: exiting to be started anew",
      );
      onWedged();
    },
  });
  return {
    name: queue.name,
    worker,
    collect: createActivityCollector(queue.name, activity, metrics),
    rest() {
      stopDeadman();
      standing.stop();
    },
    drain: () =>
      drainWorker(worker, {
        queue: queue.name,
        redis,
        drainMs: config.drainMs,
        running: () => activity.running,
        log,
      }).finally(stopCancellations),
  };
}
