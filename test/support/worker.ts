import type { Job, Worker } from "bullmq";
import { inject, onTestFinished } from "vitest";
import { type Queues, type QueueSpec, queues } from "../../src/contract/queues.ts";
import { heartbeatName } from "../../src/queue/heartbeat.ts";
import { type Config, loadConfig } from "../../src/service/config.ts";
import { loadTasks, type Tasks } from "../../src/task/registry.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { MetricsRegistry } from "../../src/telemetry/metrics.ts";
import { openWorker } from "../../src/worker/open-worker.ts";
import { fixtureTasks } from "./fixture-tasks.ts";
import { anyPorts } from "./ports.ts";
import { asService } from "./redis.ts";
import { createTestTelemetry } from "./telemetry.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

export interface TestWorker {
  readonly worker: Worker;
  readonly registry: MetricsRegistry;
  readonly tracing: TestTracing;
}

export interface WorkerOptions {
  readonly redisUrl?: string;
  /** What holds of the queue. */
  readonly spec?: QueueSpec;
  /** Further queues, behind it. */
  readonly further?: Queues;
  readonly tasks?: Tasks;
  /** Where those tasks are that are isolated. */
  readonly tasksFolder?: URL;
  readonly tracing?: TestTracing;
  readonly log?: Log;
  readonly config?: Partial<Config["worker"]>;
  /** Waiting jobs from which on no more are taken. */
  readonly queueDepth?: number;
  readonly onWedged?: () => void;
}

/** A worker in this process, on the queue of that name; it goes with the test, at once. */
export async function startWorker(name: string, options: WorkerOptions = {}): Promise<TestWorker> {
  const { onWedged } = options;
  const defaults = loadConfig({});
  const tracing = options.tracing ?? createTestTracing();
  const tasks = options.tasks ?? (await loadTasks(fixtureTasks));
  const spec = options.spec ?? queues.default;
  const { log } = options;
  const telemetry = createTestTelemetry("worker", tasks, { queue: name, tracing, log });
  const { workers, close } = await openWorker(
    {
      ...defaults,
      redis: {
        url: asService("worker", options.redisUrl ?? inject("redisUrl")),
        password: undefined,
      },
      ports: anyPorts,
      worker: { ...defaults.worker, drainMs: 0, ...options.config },
      limits: { ...defaults.limits, queueDepth: options.queueDepth ?? defaults.limits.queueDepth },
    },
    {
      queues: { [name]: spec, ...options.further },
      tasks,
      telemetry,
      ...(options.tasksFolder && { tasksFolder: options.tasksFolder }),
      ...(onWedged && { onWedged }),
    },
  );
  onTestFinished(close);
  const worker = workers.get(name);
  if (worker === undefined) throw new Error(`expected a worker of the queue "${name}"`);
  await worker.waitUntilReady();
  return { worker, registry: telemetry.registry, tracing };
}

/** The next job that ends so, with its result or error; not one of the queue's own heartbeats. */
export async function nextEnd(
  worker: Worker,
  event: "completed" | "failed",
): Promise<[job: Job, outcome: unknown]> {
  const { promise, resolve } = Promise.withResolvers<[Job, unknown]>();
  const onEnd = (job: Job | undefined, outcome: unknown) => {
    if (job === undefined || job.name === heartbeatName) return;
    worker.off(event, onEnd);
    resolve([job, outcome]);
  };
  worker.on(event, onEnd);
  return promise;
}
