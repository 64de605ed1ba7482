import { isDeepStrictEqual } from "node:util";
import type { Job, JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { JobPolicy } from "../contract/job-policy.ts";
import type { StartTime } from "../contract/start-time.ts";
import { removeOrphan } from "./backend.ts";
import { createClientTag } from "./client-tag.ts";
import { watchCallback } from "./callback-watch.ts";
import type { ReadIdSecret } from "./id-secret.ts";
import { createKeyedId, createRandomId } from "./job-id.ts";
import { callBack, readCallbackUrl } from "./job-callback.ts";
import { bySchedule } from "./job-schedule.ts";
import { createPolicyOptions, onlyOne } from "./job-options.ts";
import { bySubmitter, ownJob } from "./job-owner.ts";
import { receivedAt } from "./received-at.ts";
import { addJointly } from "./joint-adds.ts";
import { readResubmitOf, resubmit } from "./resubmission.ts";
import { findDamage } from "./job-record.ts";
import { writeTogether } from "./one-write.ts";
import { type JobPlace, readPlace } from "./place.ts";
import type { Places, WantedPlace } from "./places.ts";
import { findShortage, type Load, type Shortage } from "./room.ts";
import { startOptions, startsAlike, startsAtOnce, tellsNoStart } from "./start-time.ts";
import { carryTrace, type TraceCarrier } from "./trace-carrier.ts";
import { isOfWrongType } from "./wrong-type.ts";

export interface SubmissionDeps {
  /** Calls Redis with the caller's own patience. */
  readonly ask: <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;
  readonly idSecret: ReadIdSecret;
  readonly load: () => Promise<Load>;
  /** Waiting jobs from which on no more are taken. */
  readonly maxDepth: number;
  readonly places: Places;
}

export interface NewJob {
  readonly task: string;
  /** As Redis will give it back: plain JSON, which the task's schema accepts. */
  readonly input: Record<string, unknown>;
  /** Without one it may start at once. */
  readonly start?: StartTime | undefined;
  /** The key of the schedule that an operator runs with it. */
  readonly schedule?: string | undefined;
  /** The id of the job whose input it was made from, if any. */
  readonly resubmitOf?: string | undefined;
  /** Where its end is to be told, if anywhere. */
  readonly callbackUrl?: string | undefined;
  /** What holds of it, which its task says. */
  readonly policy: JobPolicy;
  /** Submitted again with it by the same submitter, a job is not made twice; `keyPattern` says what it may be. */
  readonly idempotencyKey: string | undefined;
  /** Whether the key stands for the same job whoever sends it: then it has to be a secret of those who may. */
  readonly isKeyShared?: boolean | undefined;
  /** Among whose jobs it is counted: unfinished ones are limited, ended ones go first if they are many. */
  readonly client: string;
  /** What the file of users calls whoever submits it; `undefined` for a stranger. */
  readonly submitter?: string | undefined;
  /** When the request came that it is submitted by, as Unix time in ms. */
  readonly receivedAt?: number | undefined;
  /** Whether it is submitted at once with others, with which it is sent in one piece. */
  readonly together?: boolean | undefined;
  /** Called once there is an id, before the job is sent. */
  readonly carrierOf: (id: string) => TraceCarrier;
}

export interface SubmittedJob {
  readonly job: Job;
  /** Where it was when it was read. */
  readonly state: JobPlace["state"];
  /** This is the job of an earlier submission, with this key or with the unique key of its policy. */
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

/** The key belongs to a job with another input, or to be started at another time. */
export class KeyReusedError extends Error {
  override readonly name = "KeyReusedError";
}

/** The job is in Redis, or an older one with its key is, but what Redis has of it could not be read. */
export class UnreadJobError extends Error {
  override readonly name = "UnreadJobError";
  constructor(cause: unknown) {
    super("the job is in the queue, but could not be read back", { cause });
  }
}

/**
 * The one way into a queue, for clients and workers alike. When it returns, the job is in Redis for
 * good. Throws `QueueFullError`, `ClientFullError`, `KeyReusedError`, `UnreadJobError`, or what `ask`
 * throws.
 */
export async function submitJob(deps: SubmissionDeps, wanted: NewJob): Promise<SubmittedJob> {
  const { task, input, start, schedule, policy, idempotencyKey, client, carrierOf } = wanted;
  const { callbackUrl, submitter } = wanted;
  const shortage = findShortage(await deps.load(), deps.maxDepth);
  if (shortage !== undefined) throw new QueueFullError(shortage);
  const secret = await deps.ask(deps.idSecret);
  const id =
    idempotencyKey === undefined
      ? createRandomId()
      : createKeyedId(secret, {
          task,
          idempotencyKey,
          submitter: wanted.isKeyShared === true ? undefined : submitter,
        });
  const tag = createClientTag(secret, client);
  const ask: SubmissionDeps["ask"] = (call) =>
    deps.ask((queue, redis) => {
      writeTogether(redis);
      return call(queue, redis);
    });
  const createOptions = (): JobsOptions => ({
    jobId: id,
    ...startOptions(start),
    ...createPolicyOptions(policy),
    ...onlyOne(task, policy),
    ...ownJob(tag),
    ...bySubmitter(submitter),
    ...receivedAt(wanted.receivedAt),
    ...resubmit(wanted.resubmitOf),
    ...(schedule !== undefined && bySchedule({ key: schedule, slotMs: undefined })),
    ...(callbackUrl !== undefined && callBack(callbackUrl)),
    ...carryTrace(carrierOf(id)),
  });
  let created: JobsOptions | undefined;
  const send = async (place?: WantedPlace): Promise<AddedJob> => {
    // Once, though it may be sent again when its client has got a place.
    const options = (created ??= createOptions());
    const add = async (queue: Queue, redis: Redis): Promise<SentJob> =>
      wanted.together === true
        ? addJointly(queue, redis, { name: task, data: input, options, place })
        : { job: await queue.add(task, input, options) };
    return idempotencyKey === undefined && policy.uniqueKey === undefined
      ? { sent: (await ask(add)).job, stored: undefined, ...added }
      : ask((queue, redis) => addOnce(queue, redis, id, () => add(queue, redis)));
  };
  const { sent, stored, state, known, isOther } = await (wanted.together === true
    ? deps.places.fillAtOnce(tag, send)
    : deps.places.fill(tag, id, send));
  const held = stored ?? sent;
  if (callbackUrl !== undefined) {
    if (readCallbackUrl(held.opts) !== callbackUrl) {
      throw new KeyReusedError(
        `the job "${held.id}" was submitted before with this ${isOther ? "unique key" : "Idempotency-Key"}, ` +
          "and with another callback_url or none; expected the same, or none now",
      );
    }
    // Where this fails, the job is there all the same, and whoever sends it again has it called back.
    await readBack(() => ask((queue, redis) => watchCallback(queue, redis, held.id ?? id)));
  }
  if (isOther) return { job: held, state, replayed: true };
  if (idempotencyKey === undefined || stored === sent) return { job: sent, state, replayed: false };
  const damage = findDamage(held);
  if (damage !== undefined) {
    throw new KeyReusedError(
      `the job of this Idempotency-Key was damaged: ${damage}; use another key`,
    );
  }
  if (!isDeepStrictEqual(held.data, sent.data)) {
    throw new KeyReusedError("this Idempotency-Key was used before with another input");
  }
  if (!startsAlike(held.opts, sent.opts)) {
    throw new KeyReusedError("this Idempotency-Key was used before with another runAt or delayMs");
  }
  if (wanted.resubmitOf !== undefined && readResubmitOf(held.opts) !== wanted.resubmitOf) {
    throw new KeyReusedError(
      "this Idempotency-Key was used before with another resubmit_of, or with none",
    );
  }
  // A new job is told as it was sent: a worker may have been quicker than the reading back.
  return { job: known ? held : sent, state, replayed: known };
}

/**
 * Adds a job unless its id is known, and returns what was sent and what Redis holds: BullMQ keeps the
 * older job, but hands back what was just sent. An older job that is in none of the queue's lists can
 * never run; it is removed, and added anew. Whoever does both at the same time does no harm: only a
 * job in no list is removed, and only one that is gone can be added. Where more jobs wait than are
 * looked through, it counts as waiting until they are fewer. Of a job whose unique key another one
 * has, that other one is the older job.
 */
export async function addOnce(
  queue: Queue,
  redis: Redis,
  id: string,
  add: () => Promise<SentJob>,
): Promise<AddedJob> {
  const { job: sent, isNew } = await add();
  if (isNew === true) return { sent, stored: sent, ...added };
  const heldId = sent.id ?? id;
  const older = await readBack(() => readOlder(queue, redis, sent, id));
  if (older.state !== "unknown") return { sent, ...older };
  await removeOrphan(queue, heldId);
  const { job: anew } = await add();
  const anewId = anew.id ?? id;
  const stored = await readBack(() => queue.getJob(anewId));
  const isOther = anewId !== id;
  const known = stored !== undefined && (isOther || isOlder(stored, anew));
  return { sent: anew, stored, ...added, known, isOther };
}

/** What Redis has under the id of a job that was just sent. */
async function readOlder(queue: Queue, redis: Redis, sent: Job, id: string): Promise<StoredJob> {
  const heldId = sent.id ?? id;
  const isOther = heldId !== id;
  if (!isOther && (await isAsSent(queue, redis, sent))) return { stored: sent, ...added };
  const first = await queue.getJob(heldId);
  // What another job's key stood for has gone since: it is added anew, as what is in no list is.
  if (isOther && first === undefined)
    return { stored: first, state: "unknown", known: true, isOther };
  const isNew = !isOther && (first === undefined || !isOlder(first, sent));
  if (isNew) return { stored: first, ...added };
  // The place first: a job that is read after its end has its result.
  const [{ state }, stored] = await Promise.all([
    readPlace(queue, redis, heldId),
    queue.getJob(heldId),
  ]);
  return { stored, state: stored === undefined ? "unknown" : state, known: true, isOther };
}

/**
 * Whether Redis has the job as it was sent, to start at once. Most are new, and of these to read no more
 * than tells so takes a tenth of the time.
 */
async function isAsSent(queue: Queue, redis: Redis, { id = "", ...sent }: Job): Promise<boolean> {
  if (!startsAtOnce(sent.opts)) return false;
  writeTogether(redis);
  const [timestamp, data, delay, options] = await redis
    .hmget(queue.toKey(id), "timestamp", "data", "delay", "opts")
    .catch((error: unknown) => {
      // What somebody has put in its place is dealt with where it is read.
      if (isOfWrongType(error)) return [];
      throw error;
    });
  return (
    timestamp === String(sent.timestamp) &&
    data === JSON.stringify(sent.data) &&
    delay === "0" &&
    tellsNoStart(options ?? "")
  );
}

/** Once it was sent, nobody may be told that it was not. */
async function readBack<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UnreadJobError(error);
  }
}

/** A job that was not there before, and was just added. */
const added = { state: "waiting", known: false, isOther: false } as const;

/** A job as it was sent. */
interface SentJob {
  readonly job: Job;
  /** Whether Redis has it now and had none with its id before, if that was told. */
  readonly isNew?: boolean;
}
interface StoredJob {
  readonly stored: Job | undefined;
  readonly state: JobPlace["state"];
  /** What is stored is older than what was sent. */
  readonly known: boolean;
  /** It is another job, which has the unique key. */
  readonly isOther: boolean;
}
interface AddedJob extends StoredJob {
  readonly sent: Job;
}

function isOlder(stored: Job, sent: Job): boolean {
  return stored.timestamp !== sent.timestamp;
}
