import type { Job } from "bullmq";
import { z } from "zod";
import { readRecord } from "../../queue/job-record.ts";
import type { Task } from "../../task/task.ts";
import { InvalidRecordError } from "./failure.ts";

/**
 * Throws an `InvalidRecordError` for a job that cannot run because of what was done to it in Redis.
 * Of one that has no record any more nothing is kept when it fails: nobody could tell what it was.
 */
export function assertRunnable(job: Job, task: Task | undefined): void {
  const { damage, submitted, task: name } = readRecord(job);
  if (name === undefined) job.opts.removeOnFail = true;
  if (damage !== undefined) throw new InvalidRecordError(damage);
  if (submitted || task === undefined) return;
  const parsed = task.input.safeParse(job.data);
  if (parsed.success) return;
  const problems = z.prettifyError(parsed.error);
  throw new InvalidRecordError(`it came from no producer, and its input does not fit: ${problems}`);
}
