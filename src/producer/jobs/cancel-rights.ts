import { createClientTag } from "../../queue/client-tag.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import { findOwner, ownJob } from "../../queue/job-owner.ts";
import { type Desks, findDesk } from "./desk.ts";
import type { JobStatus } from "./job-status.ts";

/** Jobs whose owner is remembered, which is that for as long as the job is kept: some 100 bytes each. */
const mostRemembered = 10_000;

export interface CancelRightsDeps {
  readonly desks: Desks;
  readonly idSecret: ReadIdSecret;
  /** Whether clients are limited at all; where they are not, each of them is trusted. */
  readonly limited: boolean;
}

/** Whether the client may cancel that job. */
export type MayCancel = (job: KnownJob, client: string) => Promise<boolean>;

/** An id that comes from an Idempotency-Key may be another job's once the first is gone. */
type KnownJob = Pick<JobStatus, "id" | "queue" | "created_at">;

/**
 * Pages list the latest jobs of everybody: a stranger who could cancel them would stop all work. So
 * it is for the client that has submitted a job, and nobody else.
 */
export function createCancelRights({ desks, idSecret, limited }: CancelRightsDeps): MayCancel {
  const owners = new Map<string, string>();
  const readOwner = async ({ id, queue: name, created_at: createdAt }: KnownJob) => {
    const job = `${id} ${createdAt}`;
    const known = owners.get(job);
    if (known !== undefined) return known;
    const { ask } = findDesk(desks, name);
    const options = await ask((queue, redis) => redis.hget(queue.toKey(id), "opts"));
    if (options === null) return undefined;
    const owner = findOwner(options) ?? "";
    owners.set(job, owner);
    const [oldest] = owners.keys();
    if (owners.size > mostRemembered && oldest !== undefined) owners.delete(oldest);
    return owner;
  };
  return async (job, client) => {
    if (!limited) return true;
    const [owner, secret] = await Promise.all([
      readOwner(job),
      findDesk(desks, job.queue).ask(idSecret),
    ]);
    return owner === ownJob(createClientTag(secret, client)).client;
  };
}
