import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";

/** Longer than a submission waits for Redis: from then on, a place without a job is nobody's. */
const addedWithinMs = 10_000;
/** A client that submits nothing for so long is forgotten, whatever of its jobs still waits. */
export const keptSeconds = 86_400;
/** Of a client's jobs, looked at in one go: some 2 ms of Redis's time. */
const mostLookedAt = 1_000;

/** Where Redis has a client's jobs that have not been seen to end, and the job that is to be one of them. */
export interface PlaceKeys {
  /** A sorted set: id -> when it got its place, as Unix time in ms. */
  readonly client: string;
  /** What each job's key begins with. */
  readonly jobs: string;
}

/** In one step, which costs a submission half of what three commands do. */
const countJobScript = `
local added = redis.call("ZADD", KEYS[1], "NX", ARGV[2], ARGV[1])
redis.call("EXPIRE", KEYS[1], ARGV[3])
return {added, redis.call("ZCARD", KEYS[1])}
`;

/** Counts the job in any case; returns whether it was not counted before, and how many it makes. */
export async function countJob(
  redis: Redis,
  { client }: PlaceKeys,
  id: string,
): Promise<{ readonly added: boolean; readonly count: number }> {
  const answer = await redis.eval(countJobScript, 1, client, id, Date.now(), keptSeconds);
  const [added, count] = answer as [number, number];
  return { added: added === 1, count };
}

/** Both in one step, so that producers which ask at the same time never count one too many. */
const takePlaceScript = `
if redis.call("ZSCORE", KEYS[1], ARGV[1]) or redis.call("EXISTS", KEYS[2]) == 1 then return -1 end
local count = redis.call("ZCARD", KEYS[1])
if count < tonumber(ARGV[2]) then
  redis.call("ZADD", KEYS[1], ARGV[3], ARGV[1])
  redis.call("EXPIRE", KEYS[1], ARGV[4])
end
return count + 1
`;

/**
 * Counts the job unless it would be one too many, and returns how many it makes or would make:
 * "known" for a job that is counted, or that is in the queue already.
 */
export async function takePlace(
  redis: Redis,
  { client, jobs }: PlaceKeys,
  id: string,
  limit: number,
): Promise<number | "known"> {
  const keys = [client, `${jobs}${id}`];
  const values = [id, limit, Date.now(), keptSeconds];
  const count = Number(await redis.eval(takePlaceScript, keys.length, ...keys, ...values));
  return count === -1 ? "known" : count;
}

export async function leavePlace(redis: Redis, { client }: PlaceKeys, id: string): Promise<void> {
  await redis.zrem(client, id);
}

/**
 * Whether a place that was taken for a job of that age can be the one it still has to be added with.
 * One from the future is of a producer whose clock is wrong, and would be kept until then.
 */
export function isBeingAdded(createdAt: number): boolean {
  return Math.abs(Date.now() - createdAt) < addedWithinMs;
}

/** Gives back the places of jobs that have ended, or are gone; returns how many it were. */
export async function leaveEndedPlaces(redis: Redis, keys: PlaceKeys): Promise<number> {
  const left = await leaveEnded(redis, keys, 0);
  if (left > 0) return left;
  // The oldest end first; of the others, some are looked at each time.
  const others = (await redis.zcard(keys.client)) - mostLookedAt;
  if (others <= 0) return 0;
  return leaveEnded(redis, keys, mostLookedAt + Math.floor(Math.random() * others));
}

async function leaveEnded(redis: Redis, keys: PlaceKeys, start: number): Promise<number> {
  const { client, jobs } = keys;
  const found = await redis.zrange(client, start, String(start + mostLookedAt - 1), "WITHSCORES");
  const places = found.flatMap((id, i) => (i % 2 === 0 ? [{ id, at: Number(found[i + 1]) }] : []));
  const reading = redis.pipeline();
  for (const { id } of places) reading.hmget(`${jobs}${id}`, "name", "finishedOn");
  const records = await readRecordAnswers(reading);
  const left = places.filter(({ at }, i) => {
    const [name, finishedOn] = (records[i] ?? []) as (string | null)[];
    return name == null ? !isBeingAdded(at) : finishedOn != null;
  });
  return left.length === 0 ? 0 : redis.zrem(client, ...left.map(({ id }) => id));
}
