import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { heartbeatEverySeconds } from "../contract/queues.ts";
import { readAnswers } from "./answers.ts";
import { readClock } from "./clock.ts";

/** No task can have this name: a task's file starts with a letter. */
export const heartbeatName = "_heartbeat";

const everyMs = heartbeatEverySeconds * 1_000;

/**
 * Sends a job through the whole queue every so often, so that a queue without any work still shows
 * whether it works. Changes nothing where that is so already.
 */
export async function scheduleHeartbeat(queue: Queue): Promise<void> {
  if (await isScheduled(queue)) return;
  await queue.upsertJobScheduler(
    heartbeatName,
    { every: everyMs },
    { name: heartbeatName, opts: { attempts: 1, removeOnComplete: true, removeOnFail: true } },
  );
}

/**
 * Whether the schedule is there, as we made it, and its next job: BullMQ would queue a waiting one
 * anew, behind all others. Bull Board can change a schedule as well as remove it.
 */
async function isScheduled(queue: Queue): Promise<boolean> {
  const scheduler = await queue.getJobScheduler(heartbeatName);
  if (scheduler?.next === undefined) return false;
  const { name, every, limit, endDate } = scheduler;
  const isOurs = name === heartbeatName && every === everyMs;
  if (!isOurs || limit !== undefined || endDate !== undefined) return false;
  return (await queue.getJob(idAt(scheduler.next))) !== undefined;
}

/** Notes that a heartbeat has come through, at Redis' time: those who ask have clocks of their own. */
export async function recordHeartbeat(queue: Queue, redis: Redis): Promise<void> {
  await redis.set(keyOf(queue), Math.round(await readClock(redis)));
}

/** Unix time in ms, as Redis counts it, at which the last heartbeat came through; `undefined` before the first. */
export async function readHeartbeat(queue: Queue, redis: Redis): Promise<number | undefined> {
  const text = await redis.get(keyOf(queue));
  return text === null ? undefined : Number(text);
}

/**
 * Where the heartbeats are that have not ended: the next one, and the one before while it runs. What
 * it costs does not grow with the jobs that wait.
 */
export async function readHeartbeatStates(
  queue: Queue,
  redis: Redis,
): Promise<("waiting" | "active" | "delayed")[]> {
  const [next, active] = await readAnswers(
    redis
      .pipeline()
      .zscore(queue.toKey("repeat"), heartbeatName)
      .lrange(queue.toKey("active"), 0, -1),
  );
  if (next === null) return [];
  const ids = [Number(next), Number(next) - everyMs].map(idAt);
  const answers = await readAnswers(
    redis.pipeline(
      ids.flatMap((id) => [
        ["exists", queue.toKey(id)],
        ["zscore", queue.toKey("delayed"), id],
      ]),
    ),
  );
  return ids.flatMap((id, i) => {
    const [isThere, dueAt] = answers.slice(2 * i);
    if (isThere === 0) return [];
    if (dueAt !== null) return ["delayed"];
    return [(active as string[]).includes(id) ? "active" : "waiting"];
  });
}

/**
 * Whether one of the `jobs` that are taken next is the heartbeat: where no worker takes it, it waits
 * as any job does.
 */
export async function isHeartbeatAmong(queue: Queue, redis: Redis, jobs: number): Promise<boolean> {
  const next = await redis.zscore(queue.toKey("repeat"), heartbeatName);
  if (next === null) return false;
  const index = await redis.lpos(
    queue.toKey("wait"),
    idAt(Number(next)),
    "RANK",
    -1,
    "MAXLEN",
    jobs,
  );
  return index !== null;
}

/** BullMQ's id of the heartbeat that is due then. */
function idAt(dueAt: number): string {
  return `repeat:${heartbeatName}:${dueAt}`;
}

function keyOf(queue: Queue): string {
  return queue.toKey("heartbeat");
}
