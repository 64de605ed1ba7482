import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { childLimits } from "../contract/child-limits.ts";
import { descendFrom, readGeneration } from "./ancestry.ts";
import { type ChildNote, confirmChild, digestOf, fieldOf, noteChild } from "./child-notes.ts";
import { createRandomId } from "./job-id.ts";
import { createPolicyOptions, onlyOne } from "./job-options.ts";
import { readOwner } from "./job-owner.ts";
import { startOptions } from "./start-time.ts";
import { findShortage, type Load } from "./room.ts";
import { addOnce, type NewJob, QueueFullError } from "./submission.ts";
import { carryTrace } from "./trace-carrier.ts";

export interface ChildSubmissionDeps {
  readonly redis: Redis;
  /** All, by name. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** What decides whether that queue takes another job. */
  readonly load: (queue: Queue) => Promise<Load>;
  /** Waiting jobs from which on no more are taken. */
  readonly maxDepth: number;
}

export interface NewChild extends Pick<
  NewJob,
  "task" | "input" | "start" | "policy" | "carrierOf"
> {
  /** The job that submits it, and its queue. */
  readonly parent: Job;
  readonly parentQueue: Queue;
  /** The name of the one in which it is to wait. */
  readonly queue: string;
  /** Tells it from the job's others; without one, task and input do. */
  readonly key: string | undefined;
}

export interface SubmittedChild {
  readonly id: string;
  /** Of an earlier attempt, or of another submission that its task's unique key stands for. */
  readonly known: boolean;
}

/** The job can submit no such job, at no time. */
export class ChildRefusedError extends Error {
  override readonly name = "ChildRefusedError";
}

/**
 * Submits a job for one that runs, once for all its attempts: the job notes which id it will have,
 * then adds it, and then notes that it is stored. Whoever runs the job again goes on from there. When
 * it returns, the job is in Redis for good. It counts as one of the client's whose job submits it,
 * but takes no place of its unfinished ones: that job could do nothing but wait for another to end.
 *
 * Throws `ChildRefusedError`, `QueueFullError`, or what Redis answers.
 */
export async function submitChild(
  deps: ChildSubmissionDeps,
  wanted: NewChild,
): Promise<SubmittedChild> {
  const { parent, parentQueue, queue, task, key } = wanted;
  if (readGeneration(parent.opts) >= childLimits.generations) {
    throw new ChildRefusedError(
      `this is generation ${childLimits.generations} of jobs that submit jobs, expected an end before: ` +
        "does the task submit itself?",
    );
  }
  const digest = digestOf(task, wanted.input);
  const field = fieldOf(key, digest);
  const noting = { queue: parentQueue, redis: deps.redis, id: parent.id ?? "" };
  const own = { id: createRandomId(), queue, task, digest, at: Date.now() };
  const noted = await noteChild(noting, field, own);
  if (noted.kind === "ended") throw new ChildRefusedError("the job has ended, or was removed");
  if (noted.kind === "full") {
    throw new ChildRefusedError(`the job has submitted ${childLimits.ofOneJob} jobs, its limit`);
  }
  const note = noted.note ?? own;
  if (note.digest !== digest) {
    throw new ChildRefusedError(
      `this job has used the key "${key}" for ` +
        `${note.task === task ? "another input" : `the task "${note.task}"`}, expected another key`,
    );
  }
  if (noted.kind === "stored") return { id: note.id, known: true };
  const added = await add(deps, wanted, note, noted.kind === "new");
  await confirmChild(noting, field, { ...note, id: added.id });
  return added;
}

async function add(
  { redis, queues, load, maxDepth }: ChildSubmissionDeps,
  { parent, task, input, start, policy, carrierOf }: NewChild,
  { id, queue: name }: ChildNote,
  isNew: boolean,
): Promise<SubmittedChild> {
  // Where it was to wait at first, even if its task has moved since: it may be there.
  const queue = queues.get(name);
  if (queue === undefined) throw new ChildRefusedError(`there is no queue "${name}" any more`);
  const shortage = findShortage(await load(queue), maxDepth);
  if (shortage !== undefined) throw new QueueFullError(shortage);
  const options = {
    jobId: id,
    ...startOptions(start),
    ...createPolicyOptions(policy),
    ...onlyOne(task, policy),
    ...readOwner(parent.opts),
    ...descendFrom(parent.id ?? "", parent.opts),
    ...carryTrace(carrierOf(id)),
  };
  const send = async () => ({ job: await queue.add(task, input, options) });
  if (isNew && policy.uniqueKey === undefined) {
    await send();
    return { id, known: false };
  }
  const { sent, stored, known } = await addOnce(queue, redis, id, send);
  return { id: (stored ?? sent).id ?? id, known };
}
