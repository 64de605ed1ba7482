import {
  type BackendFactory,
  createRedisBackend,
  type JobsOptions,
  type Queue,
  raw2NextJobData,
  type RedisQueueBackend,
} from "bullmq";
import { looksLikeKey } from "./job-id.ts";
import {
  createHashMender,
  createSoundCheck,
  findScriptBreakers,
  type JobHash,
} from "./job-hash.ts";
import { jobListNames, jobLists } from "./job-lists.ts";
import { isOfWrongType, removeRecordsOfWrongType } from "./wrong-type.ts";

/** A job cannot have this id. */
class JobIdError extends Error {
  override readonly name = "JobIdError";
  /** Bull Board answers with it. */
  readonly statusCode = 400;
}

/** BullMQ's scripts that hand out a job: its hash as a flat list, and its id. */
const handingOut = new Set(["moveToActive", "moveToFinished", "moveToDelayed"]);

/**
 * BullMQ's own way to Redis, but for jobs whose hash somebody has changed: where BullMQ throws, and
 * with it the reading of every other job and the end of the one before, such a job is read as far as
 * it goes. `defaults` stand in for options that make no sense.
 */
export function createTolerantBackend(defaults: JobsOptions): BackendFactory<RedisQueueBackend> {
  const isSound = createSoundCheck(defaults);
  const mendHash = createHashMender(defaults);
  return (...args) => {
    const backend = createRedisBackend(...args);
    const execute = backend.execCommand.bind(backend);

    backend.execCommand = (client, command, values) => {
      const answer = execute(client, command, values);
      return handingOut.has(command) ? mendAnswer(answer) : repairAfter(answer);
    };
    const mendAnswer = async (answer: Promise<unknown>) => {
      const handed = await repairAfter(answer);
      if (!Array.isArray(handed) || !Array.isArray(handed[0])) return handed;
      const [flat, id, ...rest] = handed;
      if (isSound(flat)) return handed;
      const hash = toHash(flat);
      await removeFields(id, findScriptBreakers(hash));
      return [toFlat(mendHash(hash)), id, ...rest];
    };
    /** A script that failed on a field leaves its job active: it stalls, and can run then. */
    const repairAfter = <T>(answer: T): T => {
      if (!(answer instanceof Promise)) return answer;
      answer.catch((error: unknown) => {
        if (isOfWrongType(error)) void removeNoHashes();
        else if (isScriptFailure(error)) void repairActive().catch(() => undefined);
      });
      return answer;
    };
    let removing: Promise<void> | undefined;
    /** What is no hash is no job's record: once gone, it is dealt with as any that is gone. */
    const removeNoHashes = () => {
      removing ??= backend.client
        .then((client) => removeRecordsOfWrongType(client, backend.toKey("")))
        .catch(() => undefined)
        .finally(() => {
          removing = undefined;
        });
      return removing;
    };
    const repairActive = async () => {
      const client = await backend.client;
      for (const id of await client.lrange(backend.keys["active"] ?? "", 0, -1)) {
        await removeFields(id, findScriptBreakers(await client.hgetall(backend.toKey(id))));
      }
    };
    const removeFields = async (id: string, fields: readonly string[]) => {
      if (fields.length > 0) await (await backend.client).hdel(backend.toKey(id), ...fields);
    };

    const addJob = backend.addJob.bind(backend);
    backend.addJob = async (job, id, parent) => {
      if (looksLikeKey(id)) {
        throw new JobIdError(`the id "${id}" is not free, expected a digit or a capital in it`);
      }
      return addJob(job, id, parent);
    };
    const moveToFinished = backend.moveToFinished.bind(backend);
    /** Ends a job, and then hands out another: if it fails on that one, the end has happened all the same. */
    backend.moveToFinished = async (id, values) => {
      try {
        return await moveToFinished(id, values);
      } catch (error) {
        if (!isScriptFailure(error) && !isOfWrongType(error)) throw error;
        const finishedOn = await (await backend.client).hget(backend.toKey(id), "finishedOn");
        if (finishedOn === null) throw error;
        backend.emit("error", error);
        return [];
      }
    };
    const getJobs = backend.getJobs.bind(backend);
    /** All at once, or none: where a record is no hash, by their ids, which is all that is used of it. */
    backend.getJobs = async (types, start, end, asc) => {
      try {
        return await getJobs(types, start, end, asc);
      } catch (error) {
        if (!isOfWrongType(error)) throw error;
        void removeNoHashes();
        const lists = types.map(async (type) => {
          const [ids = []] = await backend.getRanges([type], start, end, asc);
          return (asc === true && fromTheEnd.has(type) ? ids.toReversed() : ids).map(withoutHash);
        });
        return Promise.all(lists);
      }
    };
    backend.getJobData = async (id) => {
      const client = await backend.client;
      const hash = await client.hgetall(backend.toKey(id)).catch((error: unknown) => {
        if (isOfWrongType(error)) return {};
        throw error;
      });
      if (Object.keys(hash).length === 0) return undefined;
      return raw2NextJobData([toFlat(mendHash(hash)), id, 0, 0])[0];
    };
    return backend;
  };
}

/** Lists whose oldest job is at their end. */
const fromTheEnd: ReadonlySet<string> = new Set(
  Object.entries(jobLists)
    .filter(([, { type }]) => type === "list")
    .flatMap(([name, { state }]) => [name, state]),
);

function withoutHash(id: string): [string, string[]] {
  return [id, []];
}

const parts = ["logs", "lock"];

/** Removes a job that is in none of the queue's lists, and nothing that is in one: both in one step. */
export async function removeOrphan(queue: Queue, id: string): Promise<void> {
  const backend = queue.getBackend();
  const values = [
    backend.toKey(""),
    jobListNames.length,
    ...jobListNames,
    parts.length,
    ...parts,
    id,
  ];
  await backend.execCommand(await backend.client, "removeOrphanedJobs", values);
}

function isScriptFailure(error: unknown): boolean {
  return error instanceof Error && /hash value is not an integer|cjson/i.test(error.message);
}

function toHash(flat: readonly string[]): JobHash {
  const pairs = flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1] ?? ""]] : []));
  return Object.fromEntries(pairs);
}

function toFlat(hash: JobHash): string[] {
  return Object.entries(hash).flat();
}
