import type { Job } from "bullmq";
import { findDamage, isSubmitted } from "../../queue/job-record.ts";
import type { Work } from "./known-work.ts";

/**
 * Why a job can never run because of what was done to it in Redis: for what came from no producer no
 * other release is to be waited for. `undefined` for a job that can run, now or later. Of one that
 * has no record any more nothing is kept when it fails: nobody could tell what it was.
 */
export function findDefect(job: Job, work: Work): string | undefined {
  const damage = findDamage(job);
  if (!job.name) job.opts.removeOnFail = true;
  if (damage !== undefined || work.problem === undefined || isSubmitted(job)) return damage;
  return `it came from no producer, and this release ${work.problem}`;
}
