import { randomUUID } from "node:crypto";
import { Queue, QueueEvents } from "bullmq";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { type Config, loadConfig } from "../../src/service/config.ts";
import { queuePrefix } from "../../src/contract/topology.ts";
import { listen } from "../../src/service/listener.ts";
import { createApp } from "../../src/producer/http/app.ts";
import { createBoardApp } from "../../src/producer/console/board.ts";
import { openProducer } from "../../src/producer/producer.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { checkRedis } from "../../src/service/readiness.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { loadTasks, type Tasks } from "../../src/task/registry.ts";
import { createObservabilityApp } from "../../src/telemetry/observability-app.ts";
import { createQueueCollector } from "../../src/telemetry/queue-metrics.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { type TestTracing, createTestTracing } from "./tracing.ts";
import { until } from "./until.ts";

export const boardLogin = { user: "admin", password: "correct horse" };
/** What a browser that has logged in sends along. */
export const boardAuthorization = `Basic ${btoa(`${boardLogin.user}:${boardLogin.password}`)}`;

export interface TestProducer {
  /** Addresses of the three listeners, without a trailing slash. */
  readonly url: string;
  readonly boardUrl: string;
  readonly metricsUrl: string;
  readonly queue: Queue;
  /** The queue's name, for a worker to join. */
  readonly name: string;
  readonly tracing: TestTracing;
  /** Stops it before the test is over. */
  readonly close: () => Promise<void>;
}

export interface ProducerOptions {
  readonly redisUrl?: string;
  readonly tasks?: Tasks;
  readonly limits?: Partial<Config["limits"]>;
  readonly grafanaUrl?: string;
  readonly boardUrl?: string;
  readonly publicUrl?: string;
  readonly readOnly?: boolean;
}

/** A producer in this process, on free ports and a queue of its own; it goes with the test. */
export async function startProducer(options: ProducerOptions = {}): Promise<TestProducer> {
  const name = `test-${randomUUID()}`;
  const defaults = loadConfig({});
  const config = {
    limits: { ...defaults.limits, ratePerMinute: 1_000_000, ...options.limits },
    grafanaUrl: options.grafanaUrl,
    boardUrl: options.boardUrl,
  };
  const address = { url: options.redisUrl ?? inject("redisUrl"), password: undefined };
  const log = pino({ level: "silent" });
  const tracing = createTestTracing();
  const registry = createRegistry();
  const tasks = options.tasks ?? (await loadTasks());
  const metrics = registerMetrics(registry, "producer", tasks.keys());

  const redis = openRedis(address, "request");
  const background = openRedis(address, "background");
  const queue = createQueue(redis, name);
  const events = new QueueEvents(name, { connection: background, prefix: queuePrefix });
  for (const source of [redis, background]) source.on("error", () => undefined);
  events.on("error", () => undefined);

  const producer = openProducer({
    config,
    redis,
    queue,
    events,
    tasks,
    telemetry: { log, metrics, otlp: tracing },
  });
  const readiness = async () => {
    const reasons = await checkRedis(redis);
    return { ready: reasons.length === 0, reasons };
  };
  const { trustProxy } = config.limits;
  const apps = [
    createApp(producer, { trustProxy, readiness }),
    createBoardApp({
      ...boardLogin,
      queue,
      redis,
      trustProxy,
      log,
      readOnly: options.readOnly ?? true,
      publicUrl: options.publicUrl,
    }),
    createObservabilityApp({
      registry,
      collect: createQueueCollector({ queue, redis, client: "queue", metrics }),
      readiness,
    }),
  ];
  const listeners = await Promise.all(
    apps.map((app) => listen(app, { port: 0, address: "127.0.0.1", purpose: "a test" })),
  );
  await until("Redis", () => redis.status === "ready" && background.status === "ready");
  const close = async () => {
    producer.streams.close();
    producer.overview.close();
    await Promise.all(listeners.map((listener) => listener.close(100)));
    redis.disconnect();
    background.disconnect();
  };
  onTestFinished(close);
  const [url = "", boardUrl = "", metricsUrl = ""] = listeners.map(
    ({ port }) => `http://127.0.0.1:${port}`,
  );
  return { url, boardUrl, metricsUrl, queue, name, tracing, close };
}
