import type { Queue } from "bullmq";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { createQueue } from "../../src/queue/queue.ts";
import { forkSources } from "./fork.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";
import { reservePort } from "./ports.ts";
import {
  type ProducerProcess,
  spawnProducer,
  spawnWorker,
  type WorkerProcess,
} from "./processes.ts";
import { type Prometheus, type PrometheusOptions, startPrometheus } from "./prometheus.ts";
import { startRedis, type TestRedis } from "./redis.ts";

export interface MonitoredQueue {
  readonly redis: TestRedis;
  readonly producer: ProducerProcess;
  readonly prometheus: Prometheus;
  /** The queue itself and its connection, for what no client may do. */
  readonly queue: Queue;
  readonly connection: Redis;
  /** Starts a worker where the last one was, with further variables. */
  readonly startWorker: (env?: Readonly<Record<string, string>>) => Promise<WorkerProcess>;
  /** Trace ids of the spans that were exported. */
  readonly exportedTraces: () => Set<string>;
}

/** Callbacks are delivered, and counted, only where they can be signed. */
const callbackSecret = Buffer.alloc(32, "a").toString("base64");
/** With a task that has a schedule, so that something is told of one. */
const furtherTasks = new URL("./traced-tasks/", import.meta.url);

/**
 * Redis, a producer and a Prometheus that scrapes it, the worker's place, and further exporters.
 * Jobs of a worker that vanished are found within 2 s; all goes with the test.
 */
export async function startMonitoredQueue({
  exporters,
  haste,
}: {
  exporters: (redisUrl: string) => Promise<PrometheusOptions["addresses"]>;
  haste?: number;
}): Promise<MonitoredQueue> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const otlp = await startOtlpReceiver();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url };
  const workerPort = await reservePort();
  const sources = forkSources(furtherTasks);
  const producer = await spawnProducer(
    redis.url,
    { ...traced, CALLBACK_SECRET: callbackSecret },
    sources,
  );

  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  connection.on("error", () => undefined);
  const queue = createQueue(connection);
  onTestFinished(() => connection.disconnect());

  const prometheus = await startPrometheus({
    addresses: {
      "localhost:9464": `127.0.0.1:${workerPort}`,
      "localhost:9465": new URL(producer.metricsUrl).host,
      "http://localhost:8080": producer.url,
      "http://localhost:8081": producer.boardUrl,
      ...(await exporters(redis.url)),
    },
    ...(haste !== undefined && { haste }),
  });
  return {
    redis,
    producer,
    prometheus,
    queue,
    connection,
    startWorker: (env = {}) =>
      spawnWorker(
        redis.url,
        {
          ...traced,
          WORKER_METRICS_PORT: String(workerPort),
          WORKER_LOCK_MS: "2000",
          WORKER_STALLED_CHECK_MS: "500",
          ...env,
        },
        sources,
      ),
    exportedTraces: () => new Set(otlp.spans.map(({ traceId }) => traceId)),
  };
}
