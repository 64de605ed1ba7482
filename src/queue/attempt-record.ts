import {
  type BackendFactory,
  DelayedError,
  isNotConnectionError,
  Job,
  type RedisQueueBackend,
  WaitingError,
} from "bullmq";
import type { Redis } from "ioredis";
import { describe, describeEnd, describeFailure, type Recorder } from "./attempt-description.ts";
import { type AttemptEntry, entryFieldOf, formatEntry } from "./attempt-entry.ts";
import { noteLost, noteOwn } from "./attempt-scripts.ts";

type Backend = BackendFactory<RedisQueueBackend>;

export interface AttemptRecord {
  /** Runs an attempt at a job, whose lock has that token. */
  run<Result>(job: Job, token: string | undefined, work: () => Promise<Result>): Promise<Result>;
  /** BullMQ's way to Redis, on which it is noted how attempts end. */
  record(create: Backend): Backend;
}

/**
 * Notes in a job's hash how its attempts end, but for the one that succeeds, of which BullMQ keeps
 * all there is: that one costs nothing. One that fails is noted by the step that moves its job.
 */
export function createAttemptRecord(recorder: Recorder & { readonly redis: Redis }): AttemptRecord {
  const { redis } = recorder;
  // BullMQ names a job by its id alone when it moves it.
  const taken = new Map<string, Job>();
  /** Moves a job that has failed; BullMQ does so again where the connection broke, and only there. */
  const move = async <Answer>(key: string, moving: Promise<Answer>) => {
    try {
      const answer = await moving;
      taken.delete(key);
      return answer;
    } catch (error) {
      if (!(error instanceof Error) || isNotConnectionError(error)) taken.delete(key);
      throw error;
    }
  };
  const noteRetry = (key: string, fields: Fields | undefined, times: Partial<AttemptEntry>) => {
    const job = taken.get(key);
    const entry = job && describeFailure(recorder, job, "retried", times);
    return { fieldsToUpdate: { ...fields, ...(entry && toField(entry)) } };
  };

  return {
    async run(job, token, work) {
      const key = keyOf(job.id, token);
      taken.set(key, job);
      try {
        const result = await work();
        taken.delete(key);
        return result;
      } catch (error) {
        if (error instanceof DelayedError || error instanceof WaitingError) taken.delete(key);
        throw error;
      }
    },
    record:
      (create) =>
      (...args) => {
        const backend = create(...args);
        const tell = (error: unknown) => void backend.emit("error", error);

        const moveToDelayed = backend.moveToDelayed.bind(backend);
        backend.moveToDelayed = (id, timestamp, delay, token, options) => {
          const key = keyOf(id, token);
          const times = { endedAt: timestamp, nextAt: timestamp + delay };
          const noted = { ...options, ...noteRetry(key, options?.fieldsToUpdate, times) };
          return move(key, moveToDelayed(id, timestamp, delay, token, noted));
        };
        const retryJob = backend.retryJob.bind(backend);
        backend.retryJob = (id, lifo, token, options) => {
          const key = keyOf(id, token);
          const noted = { ...options, ...noteRetry(key, options?.fieldsToUpdate, {}) };
          return move(key, retryJob(id, lifo, token, noted));
        };
        const moveToFailed = backend.moveToFailed.bind(backend);
        backend.moveToFailed = (job, reason, removeOnFail, token, fetchNext, fields) => {
          const noted = {
            ...fields,
            ...(job instanceof Job && toField(describeEnd(recorder, job))),
          };
          const moving = moveToFailed(job, reason, removeOnFail, token, fetchNext, noted);
          return move(keyOf(job.id, token), moving);
        };
        const moveToWait = backend.moveJobFromActiveToWait.bind(backend);
        backend.moveJobFromActiveToWait = async (id, token) => {
          const job = taken.get(keyOf(id, token));
          if (job !== undefined && token !== undefined) {
            // Sent before the move, and so done before it.
            const lock = { key: backend.toKey(id), token };
            noteOwn(redis, lock, describe(recorder, job, "handed_back")).catch(tell);
          }
          return moveToWait(id, token);
        };
        const moveStalled = backend.moveStalledJobsToWait.bind(backend);
        backend.moveStalledJobsToWait = async () => {
          const noting = noteLost(backend, redis).catch((error: unknown) => {
            tell(error);
            return [];
          });
          const stalled = await moveStalled();
          const noted = new Set(await noting);
          // A lock may run out between the two.
          const missed = stalled.filter((id) => !noted.has(id));
          if (missed.length > 0) await noteLost(backend, redis, missed).catch(tell);
          return stalled;
        };
        return backend;
      },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function keyOf(id: string | undefined, token: string | undefined): string {
  return `${token} ${id}`;
}

function toField(entry: AttemptEntry): Record<string, string> {
  return { [entryFieldOf(entry.start)]: formatEntry(entry) };
}
