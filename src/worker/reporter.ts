import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { reportEverySeconds } from "../contract/workers.ts";
import { removeWorker, reportWorker } from "../queue/worker-index.ts";
import type { DrainOrder } from "../queue/worker-orders.ts";
import type { WorkerReport } from "../queue/worker-report.ts";
import { within } from "../service/deadline.ts";
import type { Log } from "../telemetry/log.ts";

/** A stop waits no longer for Redis: a worker that it cannot remove is taken for one that vanished. */
const removedWithinMs = 1_000;

export interface ReporterDeps {
  /** The first of the deployment's queues, below which all workers report. */
  readonly home: Queue;
  /** Its connection. */
  readonly redis: Redis;
  /** The worker's own, which no other has had. */
  readonly id: string;
  readonly describe: () => WorkerReport;
  /** Called with each answer of Redis; returns whether that changes what the worker does. */
  readonly onOrder: (order: DrainOrder | undefined) => boolean;
  readonly log: Log;
}

export interface Reporter {
  /** Reports now, too. */
  report(): void;
  /** Reports no more, and has the worker forgotten. */
  close(): Promise<void>;
}

/**
 * Reports every few seconds what the worker does, and hears of operators' orders by the same command.
 * Nothing is sent while Redis is away: the last order holds meanwhile.
 */
export function startReporter(deps: ReporterDeps): Reporter {
  const { home, redis, id, describe, onOrder, log } = deps;
  let pending: Promise<void> | undefined;
  let closed = false;
  let failing = false;
  const exchange = async (): Promise<void> => {
    try {
      const order = await reportWorker(home, redis, { id, report: describe() });
      failing = false;
      // Whoever gave the order sees at once that it was heard.
      if (!closed && onOrder(order)) await exchange();
    } catch (error) {
      if (!failing && redis.status === "ready") log.error({ err: error }, "cannot report");
      failing = true;
    }
  };
  const report = () => {
    if (closed || pending !== undefined || redis.status !== "ready") return;
    pending = exchange().finally(() => {
      pending = undefined;
    });
  };
  report();
  // A Redis that has lost its data knows of no worker.
  redis.on("ready", report);
  const timer = setInterval(report, reportEverySeconds * 1_000);
  return {
    report,
    async close() {
      closed = true;
      clearInterval(timer);
      redis.off("ready", report);
      if (redis.status !== "ready") return;
      const remove = async () => {
        await pending;
        await removeWorker(home, redis, id);
      };
      await within(removedWithinMs, remove()).catch(() => undefined);
    },
  };
}
