import type { Job } from "bullmq";
import { readRecord } from "../../queue/job-record.ts";
import type { Work } from "./known-work.ts";

/**
 * Why a job can never run because of what was done to it in Redis; `undefined` for one that can, or
 * that another release may be able to run. Of one that has no record any more nothing is kept when
 * it fails: nobody could tell what it was.
 */
export function findDefect(job: Job, work: Work): string | undefined {
  const { damage, submitted, task } = readRecord(job);
  if (task === undefined) job.opts.removeOnFail = true;
  if (damage !== undefined || submitted || work.refusal === undefined) return damage;
  return `it came from no producer, and its input does not fit: ${work.refusal}`;
}
