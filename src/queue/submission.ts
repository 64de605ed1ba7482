import { isDeepStrictEqual } from "node:util";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { ReadIdSecret } from "./id-secret.ts";
import { createKeyedId, createRandomId } from "./job-id.ts";
import { findShortage, type Load, type Shortage } from "./room.ts";
import { carryTrace, type TraceCarrier } from "./trace-carrier.ts";

export interface SubmissionDeps {
  /** Calls Redis with the caller's own patience. */
  readonly ask: <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;
  readonly idSecret: ReadIdSecret;
  readonly load: () => Promise<Load>;
  /** Waiting jobs from which on no more are taken. */
  readonly maxDepth: number;
}

export interface NewJob {
  readonly task: string;
  /** As Redis will give it back: plain JSON, which the task's schema accepts. */
  readonly input: Record<string, unknown>;
  /** Submitted again with it, a job is not made twice; `keyPattern` says what it may be. */
  readonly idempotencyKey: string | undefined;
  /** Called once there is an id, before the job is sent. */
  readonly carrierOf: (id: string) => TraceCarrier;
}

export interface SubmittedJob {
  readonly job: Job;
  /** The key was known: this is the job of an earlier submission. */
  readonly replayed: boolean;
}

/** Too much waits, or is kept. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
  readonly shortage: Shortage;
  constructor(shortage: Shortage) {
    super(`the queue takes no more: "${shortage}" is at its limit`);
    this.shortage = shortage;
  }
}

/** The key belongs to a job with another input. */
export class KeyReusedError extends Error {
  override readonly name = "KeyReusedError";
}

/**
 * The one way into a queue, for clients and workers alike. When it returns, the job is in Redis for
 * good. Throws `QueueFullError`, `KeyReusedError`, or what `ask` throws.
 */
export async function submitJob(deps: SubmissionDeps, wanted: NewJob): Promise<SubmittedJob> {
  const { task, input, idempotencyKey, carrierOf } = wanted;
  const shortage = findShortage(await deps.load(), deps.maxDepth);
  if (shortage !== undefined) throw new QueueFullError(shortage);
  const id =
    idempotencyKey === undefined
      ? createRandomId()
      : createKeyedId(await deps.ask(deps.idSecret), task, idempotencyKey);
  const options = { jobId: id, ...carryTrace(carrierOf(id)) };
  const [sent, stored] = await deps.ask(async (queue) => {
    const job = await queue.add(task, input, options);
    // BullMQ keeps the older job of an id, but hands back what was just sent.
    return [job, idempotencyKey === undefined ? job : await queue.getJob(id)];
  });
  const job = stored ?? sent;
  if (!isDeepStrictEqual(job.data, sent.data)) {
    throw new KeyReusedError("this Idempotency-Key was used before with another input");
  }
  return { job, replayed: job !== sent && job.timestamp !== sent.timestamp };
}
