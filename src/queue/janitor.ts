import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueSpec } from "../contract/queues.ts";
import { type RemovalReason, removalReasons } from "../contract/metrics.ts";
import { addKept, planRemoval } from "./budget.ts";
import { type CancelledJob, settleCancelled } from "./cancellation.ts";
import { createEarlyRemoval, type RemoveEarly } from "./early-removal.ts";
import { type KeptByState, measureKept } from "./kept.ts";
import { readMemory } from "./memory.ts";
import { removeOldest } from "./oldest-jobs.ts";
import { endedSets } from "./queue.ts";

type RemovedCounts = Record<RemovalReason, number>;

export interface JanitorDeps {
  readonly queue: Queue;
  readonly redis: Redis;
  readonly keep: QueueSpec["keep"];
  /** Other queues, which keep theirs in the same memory. */
  readonly others: readonly Queue[];
  /** Called after a turn for each reason for which jobs were removed. */
  readonly onRemoved: (count: number, reason: RemovalReason) => void;
  /** Called for each job that was cancelled and has ended by this. */
  readonly onCancelled: (job: CancelledJob) => void;
  /** Called when a sweep fails after one that did not. */
  readonly onFailed: (error: unknown) => void;
}

/** Looking costs Redis 0.2 ms. */
const everyMs = 500;
/** While memory is needed; 150 results of 60 KB a second fill 18 MB, each kept as job and as event. */
const hurriedMs = 100;

/**
 * Removes what is kept beyond its time, makes room before the memory is needed for jobs to come, and
 * ends what was cancelled and that no worker ends; it needs no traffic for that. Of all that run on a queue, one at a time does the work.
 * Returns a function that stops it.
 */
export function startJanitor(deps: JanitorDeps): () => void {
  let stopped = false;
  let busy = false;
  let failing = false;
  const removeEarly = createEarlyRemoval(deps.queue, deps.redis);
  const work = async () => {
    if (busy || deps.redis.status !== "ready") return;
    busy = true;
    const removed: RemovedCounts = { age: 0, memory: 0, early: 0 };
    try {
      const turnEndsAt = performance.now() + everyMs;
      let needed = await takeTurn(deps);
      // At once: neither is kept from its work by what is damaged for the other.
      const settled = needed ? settle(deps) : undefined;
      settled?.catch(() => undefined);
      while (needed && performance.now() < turnEndsAt) {
        needed = await sweep(deps, removeEarly, removed);
        if (needed) await sleep(hurriedMs);
      }
      await settled;
      failing = false;
    } catch (error) {
      // It is tried again twice a second: one line tells as much as all of them.
      if (!stopped && !failing) deps.onFailed(error);
      failing = true;
    } finally {
      busy = false;
      for (const reason of removalReasons) {
        if (removed[reason] > 0) deps.onRemoved(removed[reason], reason);
      }
    }
  };
  const timer = setInterval(() => void work(), everyMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function settle({ queue, redis, onCancelled }: JanitorDeps): Promise<void> {
  for (const job of await settleCancelled(queue, redis)) onCancelled(job);
}

/** Whether this is the one that sweeps now. */
async function takeTurn({ queue, redis }: JanitorDeps): Promise<boolean> {
  try {
    const expiryMs = Math.floor(everyMs * 0.9);
    return (await redis.set(queue.toKey("janitor"), "1", "PX", expiryMs, "NX")) === "OK";
  } catch (error) {
    // A full Redis takes no key, and needs the sweep more than ever; two at once do no harm.
    if (error instanceof Error && error.message.startsWith("OOM")) return true;
    throw error;
  }
}

/** Adds to `removed` what it removes, and returns whether memory was needed. */
async function sweep(
  deps: JanitorDeps,
  removeEarly: RemoveEarly,
  removed: RemovedCounts,
): Promise<boolean> {
  const { queue, redis, keep, others } = deps;
  for (const outcome of ["succeeded", "failed"] as const) {
    const set = endedSets[outcome];
    const graceMs = keep[`${outcome}Seconds`] * 1_000;
    const expired = await redis.zcount(queue.toKey(set), 0, Date.now() - graceMs);
    removed.age += await removeOldest(queue, set, expired, graceMs);
  }
  const [memory, kept, elsewhere] = await Promise.all([
    readMemory(redis),
    measureKept(queue, redis),
    measureAll(others, redis),
  ]);
  const { events, ...excess } = planRemoval(memory, kept, elsewhere);
  if (events !== undefined) await queue.trimEvents(events);
  if (excess.succeeded + excess.failed === 0) return events !== undefined;
  const { count, young } = await removeEarly(memory, kept.events, elsewhere);
  removed.memory += count - young;
  removed.early += young;
  return count > 0 || events !== undefined;
}

async function measureAll(
  queues: readonly Queue[],
  redis: Redis,
): Promise<KeptByState | undefined> {
  const kept = await Promise.all(queues.map((queue) => measureKept(queue, redis)));
  if (kept.length === 0) return undefined;
  return kept.reduce((sum, queue) => ({
    succeeded: addKept(sum.succeeded, queue.succeeded),
    failed: addKept(sum.failed, queue.failed),
    events: addKept(sum.events, queue.events),
  }));
}
