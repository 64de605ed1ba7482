import type { JobAct } from "../../queue/job-acts.ts";
import { noteResubmission } from "../../queue/resubmission.ts";
import { UnavailableError } from "../http/errors.ts";
import { type Desks, findDesk } from "./desk.ts";
import type { JobOwners, KnownJob } from "./job-owners.ts";
import type { JobStatus } from "./job-status.ts";

/** The job from whose input a new one is made. */
export interface Resubmits {
  readonly job: Pick<JobStatus, "id" | "queue" | "created_at">;
  /** What it keeps of the operator who does so; of others, nothing. */
  readonly act?: JobAct | undefined;
}

interface ResubmissionDeps {
  readonly desks: Desks;
  readonly owners: JobOwners;
}

/**
 * Has the older job tell of the new one, where its own client or an operator has made that: others who
 * know its id could otherwise fill its page. Throws an `UnavailableError` of the kind `unknown`, as the
 * new job is in Redis: whoever sends it again has it noted.
 */
export async function noteMadeFrom(
  { desks, owners }: ResubmissionDeps,
  { job: { id: of, ...older }, act }: Resubmits,
  made: { readonly job: KnownJob; readonly client: string },
): Promise<void> {
  try {
    // Another job has the unique key, or has had the Idempotency-Key.
    if ((await owners.resubmitOf(made.job)) !== of) return;
    if (act === undefined && !(await owners.isOf({ id: of, ...older }, made.client))) return;
    const desk = findDesk(desks, older.queue);
    await desk.ask((queue, redis) => noteResubmission(queue, redis, { of, as: made.job.id, act }));
  } catch (error) {
    throw new UnavailableError("unknown", error);
  }
}
