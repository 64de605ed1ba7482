import type { QueueReport, WorkerReport } from "../../src/queue/worker-report.ts";

export const idleQueue: QueueReport = { name: "default", slots: 10, running: 0, jobs: [] };

/** One job, at its second attempt. */
export const busyQueue: QueueReport = {
  name: "default",
  slots: 10,
  running: 1,
  jobs: [{ id: "a".repeat(25) + "2", task: "divide", attempt: 2, ranMs: 90_000 }],
};

/** What a worker without work reports. */
export function reportOf(changes: Partial<WorkerReport> = {}): WorkerReport {
  return {
    host: "worker-1",
    pid: 4_711,
    release: "0123456789abcdef",
    upMs: 7_200_000,
    rssBytes: 100_000_000,
    lagMs: 12,
    phase: "taking",
    queues: [idleQueue],
    ...changes,
  };
}
