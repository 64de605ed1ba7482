import type { Redis } from "ioredis";
import { queueName } from "../contract/queues.ts";
import type { RedisClient } from "../contract/telemetry.ts";
import { within } from "../service/deadline.ts";
import type { SharedMetrics } from "./metrics.ts";

const readMs = 2_000;
const labels = { queue: queueName };

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
}

/**
 * Returns a function that reads the queue's gauges anew. When they cannot be read they are absent,
 * not 0, and the failure is counted; it does not throw.
 */
export function createQueueCollector({
  read,
  redis,
  client,
  metrics,
}: {
  readonly read: () => Promise<QueueReading>;
  readonly redis: Redis;
  /** The connection's name in the metrics. */
  readonly client: RedisClient;
  readonly metrics: SharedMetrics;
}): () => Promise<void> {
  return async () => {
    const startedAt = performance.now();
    try {
      if (redis.status !== "ready") throw new Error(`redis is "${redis.status}"`);
      const [reading] = await within(
        readMs,
        Promise.all([read(), timePing(redis, client, metrics)]),
      );
      setGauges(metrics, reading);
    } catch {
      metrics.queueCollectErrors.inc(labels);
      clearGauges(metrics);
    }
    metrics.queueCollectDuration.set(labels, (performance.now() - startedAt) / 1_000);
  };
}

async function timePing(redis: Redis, client: RedisClient, metrics: SharedMetrics): Promise<void> {
  const startedAt = performance.now();
  await redis.ping();
  metrics.redisPingDuration.observe({ client }, (performance.now() - startedAt) / 1_000);
}

function setGauges(metrics: SharedMetrics, reading: QueueReading): void {
  const { jobs, kept, oldestReadyAt, heartbeatAt, skewMs, paused, workers } = reading;
  for (const [state, count] of Object.entries(jobs))
    metrics.queueJobs.set({ ...labels, state }, count);
  for (const [what, { bytes }] of Object.entries(kept))
    metrics.keptBytes.set({ ...labels, what }, bytes);
  const ageMs = oldestReadyAt === undefined ? 0 : Math.max(0, Date.now() - oldestReadyAt);
  metrics.oldestWaitingJobAge.set(labels, ageMs / 1_000);
  metrics.clockSkew.set(skewMs / 1_000);
  metrics.queuePaused.set(labels, paused ? 1 : 0);
  metrics.queueWorkers.set(labels, workers);
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
  metrics.heartbeatLastProcessed.reset();
}
