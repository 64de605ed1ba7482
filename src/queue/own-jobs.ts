import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { forgottenKey } from "./forgotten.ts";
import { markOf } from "./job-owner.ts";
import type { EndedSet } from "./queue.ts";
import { type RemovedJobs, youngFrom } from "./removed-jobs.ts";

/** Jobs looked at, and removed, in one step; so many keep Redis from others for some 1.5 ms at most. */
const looked = 300;
const removedAtOnce = 50;
/** Of one call; the next goes on where it ended. */
const mostPages = 20;
/** At most four clients have more than a quarter each, whichever the samples show. */
const mostCursors = 16;

export interface OwnJobs {
  /** Removes so many of the owner's jobs, or as many as it finds in one go, the oldest first. */
  remove(owner: string, set: EndedSet, wanted: number): Promise<RemovedJobs>;
}

/**
 * Removes as BullMQ does it what no parent and no schedule needs to know of, and notes what is
 * forgotten in the same step, which a full Redis then takes, too.
 */
const removeScript = `
local jobs = redis.call("ZRANGEBYSCORE", KEYS[1], ARGV[3], "+inf", "WITHSCORES", "LIMIT", 0, ARGV[4])
local removed, young, last, newest = 0, 0, false, false
for i = 1, #jobs, 2 do
  last = jobs[i + 1]
  local key = ARGV[1] .. jobs[i]
  local options = redis.pcall("HGET", key, "opts")
  if type(options) == "string" and string.find(options, ARGV[2], 1, true) then
    redis.call("ZREM", KEYS[1], jobs[i])
    redis.call("DEL", key, key .. ":logs")
    removed = removed + 1
    newest = last
    if tonumber(last) > tonumber(ARGV[6]) then young = young + 1 end
    if removed == tonumber(ARGV[5]) then break end
  end
end
if newest and tonumber(newest) > (tonumber(redis.call("HGET", KEYS[2], ARGV[7]) or 0) or 0) then
  redis.call("HSET", KEYS[2], ARGV[7], newest)
end
return { removed, young, last, #jobs / 2 }
`;

/**
 * Finds a client's ended jobs by looking through all of them from the oldest on. It remembers how
 * far it came, so that what others keep is not looked at again and again.
 */
export function createOwnJobs(queue: Queue, redis: Redis): OwnJobs {
  const cursors = new Map<string, string>();
  const remember = (walk: string, cursor: string) => {
    cursors.delete(walk);
    cursors.set(walk, cursor);
    const [oldest] = cursors.keys();
    if (cursors.size > mostCursors && oldest !== undefined) cursors.delete(oldest);
  };
  return {
    async remove(owner, set, wanted) {
      const walk = `${set} ${owner}`;
      const removed = { count: 0, young: 0 };
      for (let page = 0; page < mostPages && removed.count < wanted; page += 1) {
        const cursor = cursors.get(walk) ?? "-inf";
        const found = await removePage(queue, redis, {
          owner,
          set,
          cursor,
          wanted: Math.min(removedAtOnce, wanted - removed.count),
        });
        removed.count += found.count;
        removed.young += found.young;
        if (found.isLast) {
          cursors.delete(walk);
          break;
        }
        // So many that ended in the same millisecond are passed over: without this it would never go on.
        remember(walk, found.count === 0 && found.last === cursor ? `(${cursor}` : found.last);
      }
      return removed;
    },
  };
}

interface Page {
  readonly owner: string;
  readonly set: EndedSet;
  readonly cursor: string;
  readonly wanted: number;
}

async function removePage(queue: Queue, redis: Redis, { owner, set, cursor, wanted }: Page) {
  const keys = [queue.toKey(set), forgottenKey(queue)];
  const values = [queue.toKey(""), markOf(owner), cursor, looked, wanted, youngFrom(), set];
  const answer = await redis.eval(removeScript, keys.length, ...keys, ...values);
  const [count, young, last, found] = answer as [number, number, string | null, number];
  return { count, young, last: last ?? cursor, isLast: found < looked && count < wanted };
}
