import { parseTime } from "./stored-time.ts";

/**
 * Unix time in ms from which a job could have run, had a worker been free; `undefined` where its
 * record does not say.
 */
export function readyAt(job: {
  readonly timestamp: unknown;
  readonly opts: { readonly delay?: unknown };
}): number | undefined {
  const createdAt = parseTime(job.timestamp);
  return createdAt === undefined ? undefined : createdAt + (parseTime(job.opts.delay) ?? 0);
}
