import type { Worker } from "bullmq";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { type Config, loadConfig } from "../../src/service/config.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { loadTasks, type Tasks } from "../../src/task/registry.ts";
import {
  createRegistry,
  type MetricsRegistry,
  registerMetrics,
} from "../../src/telemetry/metrics.ts";
import { type Activity, createActivity } from "../../src/worker/activity.ts";
import { openWorker } from "../../src/worker/worker.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

export interface TestWorker {
  readonly worker: Worker;
  readonly registry: MetricsRegistry;
  readonly activity: Activity;
  readonly tracing: TestTracing;
}

export interface WorkerOptions {
  readonly redisUrl?: string;
  readonly tasks?: Tasks;
  readonly tracing?: TestTracing;
  readonly config?: Partial<Config["worker"]>;
}

/** A worker in this process, on the queue of that name; it goes with the test. */
export async function startWorker(name: string, options: WorkerOptions = {}): Promise<TestWorker> {
  const registry = createRegistry();
  const tracing = options.tracing ?? createTestTracing();
  const activity = createActivity();
  const url = options.redisUrl ?? inject("redisUrl");
  const redis = openRedis({ url, password: undefined }, "background");
  redis.on("error", () => undefined);
  const queue = createQueue(redis, name);
  const tasks = options.tasks ?? (await loadTasks());
  const worker = openWorker({
    redis,
    queue,
    config: { ...loadConfig({}).worker, ...options.config },
    tasks,
    metrics: registerMetrics(registry, "worker", tasks.keys()),
    tracer: tracing.tracer,
    activity,
    log: pino({ level: "silent" }),
  });
  onTestFinished(async () => {
    await worker.close(true);
    redis.disconnect();
  });
  await worker.waitUntilReady();
  return { worker, registry, activity, tracing };
}
