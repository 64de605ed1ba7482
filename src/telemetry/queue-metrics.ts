import type { Redis } from "ioredis";
import { type QueueLimit, queueLimits } from "../contract/queues.ts";
import type { RedisClient } from "../contract/telemetry.ts";
import { within } from "../service/deadline.ts";
import type { SharedMetrics } from "./metrics.ts";

const readMs = 2_000;

/** What the gauges of a queue show. */
export interface QueueReading {
  readonly jobs: Readonly<Record<string, number>>;
  readonly kept: Readonly<Record<string, { readonly bytes: number }>>;
  /** Unix times in ms; `undefined` when no job waits, or before the first heartbeat. */
  readonly oldestReadyAt: number | undefined;
  readonly heartbeatAt: number | undefined;
  /** By how many ms this host's clock is ahead of Redis'. */
  readonly skewMs: number;
  readonly paused: boolean;
  readonly workers: number;
  readonly heldBy: readonly QueueLimit[];
  readonly schedules: readonly { readonly key: string; readonly lateMs: number }[];
}

/**
 * Returns a function that reads the queues' gauges anew. Those of a queue that cannot be read are
 * absent, not 0, and the failure is counted; it does not throw.
 */
export function createQueueCollector({
  readers,
  redis,
  client,
  metrics,
}: {
  /** What reads a queue, by its name. */
  readonly readers: ReadonlyMap<string, () => Promise<QueueReading>>;
  readonly redis: Redis;
  /** The connection's name in the metrics. */
  readonly client: RedisClient;
  readonly metrics: SharedMetrics;
}): () => Promise<void> {
  const read = async (queue: string, readQueue: () => Promise<QueueReading>) => {
    const startedAt = performance.now();
    try {
      return await ask(redis, readQueue);
    } catch {
      metrics.queueCollectErrors.inc({ queue });
      return undefined;
    } finally {
      metrics.queueCollectDuration.set({ queue }, (performance.now() - startedAt) / 1_000);
    }
  };
  return async () => {
    const [readings] = await Promise.all([
      Promise.all([...readers].map(async ([name, one]) => [name, await read(name, one)] as const)),
      ask(redis, () => timePing(redis, client, metrics)).catch(() => undefined),
    ]);
    clearGauges(metrics);
    for (const [queue, reading] of readings) {
      if (reading !== undefined) setGauges(metrics, queue, reading);
    }
  };
}

async function ask<T>(redis: Redis, call: () => Promise<T>): Promise<T> {
  if (redis.status !== "ready") throw new Error(`redis is "${redis.status}"`);
  return within(readMs, call());
}

async function timePing(redis: Redis, client: RedisClient, metrics: SharedMetrics): Promise<void> {
  const startedAt = performance.now();
  await redis.ping();
  metrics.redisPingDuration.observe({ client }, (performance.now() - startedAt) / 1_000);
}

function setGauges(metrics: SharedMetrics, queue: string, reading: QueueReading): void {
  const { jobs, kept, oldestReadyAt, heartbeatAt, skewMs, paused, workers, heldBy } = reading;
  const labels = { queue };
  for (const [state, count] of Object.entries(jobs))
    metrics.queueJobs.set({ ...labels, state }, count);
  for (const [what, { bytes }] of Object.entries(kept))
    metrics.keptBytes.set({ ...labels, what }, bytes);
  const ageMs = oldestReadyAt === undefined ? 0 : Math.max(0, Date.now() - oldestReadyAt);
  metrics.oldestWaitingJobAge.set(labels, ageMs / 1_000);
  metrics.clockSkew.set(skewMs / 1_000);
  metrics.queuePaused.set(labels, paused ? 1 : 0);
  metrics.queueWorkers.set(labels, workers);
  const waiting = (jobs["waiting"] ?? 0) + (jobs["prioritized"] ?? 0);
  const isHeld = (limit: QueueLimit) => waiting > 0 && heldBy.includes(limit);
  for (const limit of queueLimits) {
    metrics.queueHeldBack.set({ ...labels, limit }, isHeld(limit) ? 1 : 0);
  }
  for (const { key, lateMs } of reading.schedules) {
    metrics.scheduleLate.set({ ...labels, schedule: key }, lateMs / 1_000);
  }
  if (heartbeatAt !== undefined) metrics.heartbeatLastProcessed.set(labels, heartbeatAt / 1_000);
}

function clearGauges(metrics: SharedMetrics): void {
  metrics.queueJobs.reset();
  metrics.keptBytes.reset();
  metrics.oldestWaitingJobAge.reset();
  // Without labels, a reset would say 0.
  metrics.clockSkew.remove();
  metrics.queuePaused.reset();
  metrics.queueWorkers.reset();
  metrics.queueHeldBack.reset();
  metrics.scheduleLate.reset();
  metrics.heartbeatLastProcessed.reset();
}
