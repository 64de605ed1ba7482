/** A job has begun or ended in a worker, or that worker was killed; `at` is Unix time in ms. */
export interface JobRun {
  readonly kind: "begin" | "end" | "kill";
  readonly at: number;
  readonly pid: number;
  readonly queue?: string;
  readonly n?: number;
}

/** The most of a queue's jobs that ran at once; a kill ends what its worker ran. */
export function countAtOnce(runs: readonly JobRun[], queue: string): number {
  const running = new Map<string, number>();
  let most = 0;
  for (const { kind, pid, n, queue: of } of runs.toSorted((a, b) => a.at - b.at)) {
    if (kind === "kill") {
      for (const [key, owner] of running) if (owner === pid) running.delete(key);
    } else if (of === queue) {
      if (kind === "begin") running.set(`${pid} ${n}`, pid);
      else running.delete(`${pid} ${n}`);
    }
    most = Math.max(most, running.size);
  }
  return most;
}

/** The most of a queue's jobs that began within any such time. */
export function countBegunWithin(runs: readonly JobRun[], queue: string, ms: number): number {
  const begun = runs
    .filter((run) => run.kind === "begin" && run.queue === queue)
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  return Math.max(
    0,
    ...begun.map((from, i) => begun.slice(i).filter((at) => at < from + ms).length),
  );
}
