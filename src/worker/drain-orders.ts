import type { DrainOrder } from "../queue/worker-orders.ts";
import type { Log } from "../telemetry/log.ts";
import type { ServedQueue } from "./served-queue.ts";

export interface DrainOrders {
  /** Follows the latest: without one, all queues take jobs. Returns whether that changes anything. */
  follow(order: DrainOrder | undefined): boolean;
  readonly isDrained: boolean;
}

/** Has all of a worker's queues take no more jobs while an operator orders that. */
export function createDrainOrders(
  serving: readonly Pick<ServedQueue, "holds">[],
  log: Log,
): DrainOrders {
  let isDrained = false;
  return {
    follow(order) {
      if ((order !== undefined) === isDrained) return false;
      isDrained = order !== undefined;
      if (order === undefined) {
        for (const { holds } of serving) holds.release("drained");
        log.info("released by an operator: jobs are taken again");
      } else {
        for (const { holds } of serving) holds.hold("drained");
        log.info({ user: order.by }, "drained by an operator: no more jobs are taken");
      }
      return true;
    },
    get isDrained() {
      return isDrained;
    },
  };
}
