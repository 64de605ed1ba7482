import { findSubmittingJob } from "../../queue/ancestry.ts";
import { createClientTag } from "../../queue/client-tag.ts";
import type { ReadIdSecret } from "../../queue/id-secret.ts";
import { isUnique } from "../../queue/job-options.ts";
import { findOwner, findSubmitter, ownJob } from "../../queue/job-owner.ts";
import { findResubmitOf } from "../../queue/resubmission.ts";
import { type Desks, findDesk } from "./desk.ts";
import type { JobStatus } from "./job-status.ts";

/** Jobs whose owner is remembered, which is that for as long as the job is kept: some 100 bytes each. */
const mostRemembered = 10_000;

export interface JobOwnersDeps {
  readonly desks: Desks;
  readonly idSecret: ReadIdSecret;
}

/** An id that comes from an Idempotency-Key may be another job's once the first is gone. */
export type KnownJob = Pick<JobStatus, "id" | "queue" | "created_at">;

/** Whose jobs are whose. Its calls throw an `UnavailableError` while Redis cannot be asked. */
export interface JobOwners {
  /** Whether this client, as `clientOf` or `clientOfName` says it, has submitted the job, or what submitted it. */
  isOf(job: KnownJob, client: string): Promise<boolean>;
  /**
   * Whether it is that client's, or one of a task with `unique`: whoever submits the same is told of that
   * one, and so knows its id.
   */
  isToldTo(job: KnownJob, client: string): Promise<boolean>;
  /** What the file of users calls whoever has submitted it; `undefined` for a stranger. */
  submitterOf(job: KnownJob): Promise<string | undefined>;
  /** The id of the job that has submitted it, if one has: for operators, as who knows one may not know the other. */
  parentOf(job: KnownJob): Promise<string | undefined>;
  /** The id of the job from whose input it was made, if from any: for its own client and operators. */
  resubmitOf(job: KnownJob): Promise<string | undefined>;
}

/** What a job's options say of it. */
interface Found {
  readonly owner: string;
  /** Whether it has a `unique` key. */
  readonly isUnique: boolean;
  readonly submitter?: string;
  readonly parent?: string;
  readonly resubmitOf?: string;
}

export function createJobOwners({ desks, idSecret }: JobOwnersDeps): JobOwners {
  const remembered = new Map<string, Found>();
  const read = async ({ id, queue: name, created_at: createdAt }: KnownJob) => {
    const job = `${id} ${createdAt}`;
    const known = remembered.get(job);
    if (known !== undefined) return known;
    const { ask } = findDesk(desks, name);
    const options = await ask((queue, redis) => redis.hget(queue.toKey(id), "opts"));
    if (options === null) return undefined;
    const submitter = findSubmitter(options);
    const parent = findSubmittingJob(options);
    const resubmitOf = findResubmitOf(options);
    const found = {
      owner: findOwner(options) ?? "",
      isUnique: isUnique(options),
      ...(submitter !== undefined && { submitter }),
      ...(parent !== undefined && { parent }),
      ...(resubmitOf !== undefined && { resubmitOf }),
    };
    remembered.set(job, found);
    const [oldest] = remembered.keys();
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
    return found;
  };
  const isOf = async (job: KnownJob, client: string) => {
    const [found, secret] = await Promise.all([
      read(job),
      findDesk(desks, job.queue).ask(idSecret),
    ]);
    return found?.owner === ownJob(createClientTag(secret, client)).client;
  };
  return {
    isOf,
    isToldTo: async (job, client) => (await read(job))?.isUnique === true || isOf(job, client),
    submitterOf: async (job) => (await read(job))?.submitter,
    parentOf: async (job) => (await read(job))?.parent,
    resubmitOf: async (job) => (await read(job))?.resubmitOf,
  };
}
