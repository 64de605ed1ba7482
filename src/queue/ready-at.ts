/** Unix time in ms from which a job could have run, had a worker been free. */
export function readyAt(job: {
  readonly timestamp: number;
  readonly opts: { delay?: number };
}): number {
  return job.timestamp + (job.opts.delay ?? 0);
}
