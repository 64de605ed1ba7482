/** An attempt that runs. */
export interface RunningJob {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
}

/** What a worker is doing: which jobs run since when, and how long its slots have been busy in all. */
export interface Activity {
  /** Notes a job's start, and whose it is where its task is to run; the returned function notes its end. */
  begin(job?: RunningJob): () => void;
  readonly running: number;
  /** Of those that it knows by name, the longest running first, and `max` at most. */
  listJobs(max: number): (RunningJob & { readonly ranMs: number })[];
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
  const starts = new Set<{ readonly at: number; readonly job: RunningJob | undefined }>();
  let lastStartAt = performance.now();
  let finishedMs = 0;
  const lastSuccessAt = new Map<string, number>();
  const ages = () => [...starts].map(({ at }) => performance.now() - at);
  return {
    begin(job) {
      const start = { at: performance.now(), job };
      starts.add(start);
      lastStartAt = start.at;
      return () => {
        if (starts.delete(start)) finishedMs += performance.now() - start.at;
      };
    },
    get running() {
      return starts.size;
    },
    listJobs: (max) =>
      [...starts]
        .flatMap(({ at, job }) =>
          job === undefined ? [] : [{ ...job, ranMs: performance.now() - at }],
        )
        .slice(0, max),
    get lastStartAt() {
      return lastStartAt;
    },
    succeed: (task) => void lastSuccessAt.set(task, Date.now()),
    lastSuccessAt,
    oldestAgeSeconds: () => Math.max(0, ...ages()) / 1_000,
    busySeconds: () => ages().reduce((sum, age) => sum + age, finishedMs) / 1_000,
  };
}
