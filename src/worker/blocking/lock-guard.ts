import { Worker as Thread } from "node:worker_threads";
import type { Config } from "../../service/config.ts";
import { endThread } from "../../service/thread-end.ts";

/** What the guard's thread is told at its start. */
export interface GuardOrders {
  /** Of `Clocks`. */
  readonly memory: SharedArrayBuffer;
  readonly redis: Config["redis"];
  /** The worker's queues, and what the locks of its jobs in each begin with. */
  readonly workerIds: ReadonlyMap<string, string>;
  readonly lockMs: number;
  /** The time limit in ms of each task. */
  readonly limits: ReadonlyMap<string, number>;
  readonly logLevel: string;
}

/**
 * Opens a thread that renews the locks of a worker's jobs while a task blocks the event loop, on
 * which BullMQ's own renewal runs; without it, they would be taken for a dead worker's and run again.
 * Of each line that the thread has logged this thread is told once it is free.
 */
export function openLockGuard(
  orders: GuardOrders,
  onLine: (line: string) => void,
): { close(): Promise<void> } {
  // An error of the thread is uncaught, and ends the process as any other.
  const thread = new Thread(new URL("./main.ts", import.meta.url), {
    workerData: orders,
    env: {},
    execArgv: [],
  });
  thread.on("message", onLine);
  thread.unref();
  return { close: () => endThread(thread) };
}
