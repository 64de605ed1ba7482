import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "../../queue/answers.ts";
import { openRedis } from "../../queue/connection.ts";
import { createQueue } from "../../queue/queue.ts";
import { withReader } from "../../service/secret-file.ts";
import { createLog } from "../../telemetry/log.ts";
import type { LogStream } from "../../telemetry/log-stream.ts";
import type { GuardOrders } from "./lock-guard.ts";

/** A block that is logged while it lasts. */
const longBlockMs = 2_000;

export interface LockRenewal {
  /**
   * Renews the locks of all jobs that the worker holds, if that is due. Not those of a worker that
   * has been blocked for longer than any of their tasks may take: others take its jobs over.
   */
  renew(blockedMs: number): Promise<void>;
}

/** How long any of these may run: what is no task's, as the heartbeat, for as long as a lock lasts. */
export function maxRunMs(
  names: readonly string[],
  { limits, lockMs }: Pick<GuardOrders, "limits" | "lockMs">,
): number {
  return Math.max(...names.map((name) => limits.get(name) ?? lockMs));
}

/**
 * Jobs that Redis says the worker has: also those it could not yet read the news of. One whose
 * record does not say has no name.
 */
export async function readHeldJobs(
  queue: Queue,
  redis: Redis,
  workerId: string,
): Promise<{ id: string; token: string; name: string }[]> {
  const active = await redis.lrange(queue.toKey("active"), 0, -1);
  if (active.length === 0) return [];
  const tokens = await redis.mget(active.map((id) => `${queue.toKey(id)}:lock`));
  const held = active
    .map((id, index) => ({ id, token: tokens[index] ?? "" }))
    .filter(({ token }) => token.startsWith(`${workerId}:`));
  const names = (await readRecordAnswers(
    redis.pipeline(held.map(({ id }) => ["hget", queue.toKey(id), "name"])),
  )) as (string | null | undefined)[];
  return held.map((job, i) => ({ ...job, name: names[i] ?? "" }));
}

/**
 * On a connection of its own, which lives as long as the thread. What it logs is on standard output at
 * once, and in the copy for the main thread, which is blocked.
 */
export function openLockRenewal(orders: GuardOrders, copy: LogStream): LockRenewal {
  const { workerIds, lockMs } = orders;
  const log = createLog("worker", orders.logLevel, { copy });
  const redis = openRedis(withReader(orders.redis), "background");
  const queues = [...workerIds].map(([name, workerId]) => ({
    queue: createQueue(redis, name),
    workerId,
  }));
  let renewedAt = Number.NEGATIVE_INFINITY;
  let lastMs = Number.POSITIVE_INFINITY;
  let told = { long: false, endless: false };

  const renewHeld = async (blockedMs: number) => {
    const found = await Promise.all(
      queues.map(async ({ queue, workerId }) => ({
        queue,
        held: await readHeldJobs(queue, redis, workerId),
      })),
    );
    const running = [...new Set(found.flatMap(({ held }) => held.map(({ name }) => name)))];
    if (running.length === 0) return;
    const limitMs = maxRunMs(running, orders);
    const fields = { blocked_ms: Math.round(blockedMs), running };
    if (blockedMs > limitMs) {
      if (!told.endless) {
        log.error(fields, "event loop blocked past the time limit: its jobs are left to others");
      }
      told.endless = true;
      return;
    }
    if (blockedMs >= longBlockMs && !told.long) {
      log.warn(fields, "event loop blocked by a task: its jobs' locks are renewed meanwhile");
      told.long = true;
    }
    for (const { queue, held } of found) {
      if (held.length === 0) continue;
      const ids = held.map(({ id }) => id);
      const tokens = held.map(({ token }) => token);
      await queue.getBackend().extendLocks(ids, tokens, lockMs);
    }
  };

  return {
    async renew(blockedMs) {
      // Another block than the last one.
      if (blockedMs < lastMs) told = { long: false, endless: false };
      lastMs = blockedMs;
      const now = performance.now();
      if (now - renewedAt < lockMs / 4) return;
      renewedAt = now;
      try {
        await renewHeld(blockedMs);
      } catch (error) {
        log.warn({ err: error }, "cannot renew the locks of a blocked worker");
      }
    },
  };
}
