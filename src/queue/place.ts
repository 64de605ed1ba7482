import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { isHeartbeatAmong, readHeartbeatStates } from "./heartbeat.ts";
import { jobListNames, jobLists, type JobState } from "./job-lists.ts";
import { countBefore } from "./priority-lines.ts";

/**
 * The waiting list is searched this far from its next job on. BullMQ's own look for a job's state
 * goes through the whole list, which takes Redis milliseconds where many thousand jobs wait.
 */
const lookedUp = 500;

/** Sets that have a score of each of their jobs. */
const sets = jobListNames.filter((name) => jobLists[name].type === "sorted set");

/** Where a job is in its queue. */
export interface JobPlace {
  /** As BullMQ calls it; `unknown` when it is nowhere. */
  readonly state: JobState | "unknown";
  /** Submitted jobs that are taken before it as things stand, if it waits for a slot alone and that is known. */
  readonly ahead?: number;
  /** It is further back than was looked: there are more than `ahead`. */
  readonly aheadIsLowerBound?: boolean;
  /** A delayed job's score: BullMQ's time in ms times 4096, to keep jobs of one millisecond in order. */
  readonly delayScore?: number;
}

/**
 * In one step: a job that moves meanwhile must not be missed on both sides of its move. No transaction,
 * as a full Redis refuses to queue even what reads.
 */
const lookScript = `
local found, sets = {}, #KEYS - 2
for i = 1, sets do found[i] = redis.call("ZSCORE", KEYS[i], ARGV[1]) end
found[sets + 1] = redis.call("LPOS", KEYS[sets + 1], ARGV[1])
found[sets + 2] = redis.call("LPOS", KEYS[sets + 2], ARGV[1], "RANK", -1, "MAXLEN", ARGV[2])
found[sets + 3] = redis.call("LLEN", KEYS[sets + 2])
return found
`;

/**
 * Costs the same at ten jobs and at a million. A job that is in no other place counts as waiting
 * where more wait than are looked through.
 */
export async function readPlace(queue: Queue, redis: Redis, id: string): Promise<JobPlace> {
  const wait = queue.toKey("wait");
  const keys = [...sets, "active"].map((name) => queue.toKey(name));
  const answers = await redis.eval(lookScript, keys.length + 1, ...keys, wait, id, lookedUp);
  const found = answers as (string | number | null)[];
  const scores = found.slice(0, sets.length);
  const [activeAt, index, length] = found.slice(sets.length);

  const set = sets.find((_, i) => typeof scores[i] === "string");
  const score = set && String(scores[sets.indexOf(set)]);
  if (set === "delayed") return { state: set, delayScore: Number(score) };
  if (set === "prioritized") {
    const ahead = await countAhead(queue, redis, { score: String(score), plain: Number(length) });
    return { state: set, ahead };
  }
  if (set !== undefined) return { state: jobLists[set].state };
  if (typeof activeAt === "number") return { state: "active" };
  // Jobs are taken from the list's end.
  const last = Number(length) - 1;
  if (typeof index === "number") {
    const ahead = last - index;
    // Nobody submitted the heartbeat, and no other count of waiting jobs has it.
    const isOneTheHeartbeat = ahead > 0 && (await isHeartbeatAmong(queue, redis, ahead));
    return { state: "waiting", ahead: isOneTheHeartbeat ? ahead - 1 : ahead };
  }
  if (last < lookedUp) return { state: "unknown" };
  return { state: "waiting", ahead: lookedUp, aheadIsLowerBound: true };
}

/** All of the plain list is taken before a prioritized job, and what has a lower score. */
async function countAhead(
  queue: Queue,
  redis: Redis,
  { score, plain }: { readonly score: string; readonly plain: number },
): Promise<number> {
  const [before, heartbeats] = await Promise.all([
    countBefore(queue, redis, score),
    readHeartbeatStates(queue, redis),
  ]);
  const submitted = plain - heartbeats.filter((state) => state === "waiting").length;
  return Math.max(0, submitted) + before;
}
