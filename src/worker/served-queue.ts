import type { Worker } from "bullmq";
import { maxReportedJobs } from "../contract/workers.ts";
import { readCancelled } from "../queue/cancellation.ts";
import { readMemory } from "../queue/memory.ts";
import { findShortage } from "../queue/room.ts";
import { readQueueState } from "../queue/state.ts";
import type { QueueReport } from "../queue/worker-report.ts";
import type { KeyedSchedule } from "../task/schedule.ts";
import { describeServer } from "../telemetry/spans.ts";
import { createActivityCollector } from "./activity-metrics.ts";
import { createActivity } from "./activity.ts";
import { watchCancellations } from "./cancellations.ts";
import { startDeadman } from "./deadman.ts";
import { drainWorker } from "./drain.ts";
import { openQueueWorker, type WorkerDeps } from "./queue-worker.ts";
import type { Holds } from "./holds.ts";
import { startKeeper } from "./schedules/keeper.ts";
import { createSlotCollector } from "./slot-metrics.ts";
import { keepStandingOrders } from "./standing-orders.ts";

export interface ServedQueueDeps extends Omit<WorkerDeps, "activity" | "limited"> {
  /** Those of the tasks whose queue it is. */
  readonly schedules: readonly KeyedSchedule[];
  /** Waiting jobs from which on the schedules add no more. */
  readonly maxDepth: number;
  /** Jobs wait, but the worker takes none: it is of no more use. */
  readonly onWedged: () => void;
}

/** One of the queues that a worker takes jobs from; the slots are its own. */
export interface ServedQueue {
  readonly name: string;
  /** BullMQ's own, for its events. */
  readonly worker: Worker;
  readonly holds: Holds;
  /** Brings the metrics of what it does up to date. */
  readonly collect: () => void;
  readonly describe: () => QueueReport;
  /** Stops all that it does beside its jobs. */
  readonly rest: () => void;
  /** Takes no more jobs, and resolves as `drainWorker` does. */
  readonly drain: () => Promise<void>;
}

/** Takes jobs as soon as the queue's limits hold, and keeps at it until it is drained. */
export function openServedQueue(all: ServedQueueDeps): ServedQueue {
  const { onWedged, schedules, maxDepth, ...deps } = all;
  const { queue, spec, slots, redis, config, tasks, metrics, tracer, log } = deps;
  const activity = createActivity();
  const standing = keepStandingOrders({ queue, spec, redis, log });
  const stopKeeper = startKeeper({
    queue,
    redis,
    schedules,
    tasks,
    findShortage: async () => {
      const [state, memory] = await Promise.all([readQueueState(queue, spec), readMemory(redis)]);
      return findShortage({ state, memory }, maxDepth);
    },
    metrics,
    tracer,
    server: describeServer(redis),
    log,
  });
  const { worker, brake, holds } = openQueueWorker({
    ...deps,
    activity,
    limited: standing.limited,
  });
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
    isDrained: () => holds.has("drained"),
    limitMs: config.deadmanMs,
    onWedged: (waitedMs) => {
      log.fatal(
        { queue: queue.name, waited_ms: waitedMs },
        "jobs wait but none is started: exiting to be started anew",
      );
      onWedged();
    },
  });
  const collectActivity = createActivityCollector(queue.name, activity, metrics);
  const use = { slots, running: () => activity.running, isDrained: () => holds.has("drained") };
  const collectSlots = createSlotCollector(queue.name, use, metrics);
  return {
    name: queue.name,
    worker,
    holds,
    collect() {
      collectActivity();
      collectSlots();
    },
    describe: () => ({
      name: queue.name,
      slots,
      running: activity.running,
      jobs: activity.listJobs(maxReportedJobs),
    }),
    rest() {
      stopDeadman();
      standing.stop();
      stopKeeper();
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
