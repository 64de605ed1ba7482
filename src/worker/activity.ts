/** What a worker is doing: which jobs run since when, and how long its slots have been busy in all. */
export interface Activity {
  /** Notes a job's start; the returned function notes its end. */
  begin(): () => void;
  readonly running: number;
  /** As `performance.now()` tells it; of the worker's own start when it has started no job yet. */
  readonly lastStartAt: number;
  /** Age in seconds of the longest running job; 0 when idle. */
  oldestAgeSeconds(): number;
  /** Notes that a job of this task has succeeded. */
  succeed(task: string): void;
  /** Unix time in ms of each task's last success. */
  readonly lastSuccessAt: ReadonlyMap<string, number>;
  /** Slot-seconds spent on jobs so far, running ones included. */
  busySeconds(): number;
}

export function createActivity(): Activity {
  const startTimes = new Set<{ readonly at: number }>();
  let lastStartAt = performance.now();
  let finishedMs = 0;
  const lastSuccessAt = new Map<string, number>();
  const ages = () => [...startTimes].map(({ at }) => performance.now() - at);
  return {
    begin() {
      const start = { at: performance.now() };
      startTimes.add(start);
      lastStartAt = start.at;
      return () => {
        if (startTimes.delete(start)) finishedMs += performance.now() - start.at;
      };
    },
    get running() {
      return startTimes.size;
    },
    get lastStartAt() {
      return lastStartAt;
    },
    succeed: (task) => void lastSuccessAt.set(task, Date.now()),
    lastSuccessAt,
    oldestAgeSeconds: () => Math.max(0, ...ages()) / 1_000,
    busySeconds: () => ages().reduce((sum, age) => sum + age, finishedMs) / 1_000,
  };
}
