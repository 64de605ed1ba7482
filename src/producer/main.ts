import { QueueEvents } from "bullmq";
import { loadConfig } from "../service/config.ts";
import { queueName, queuePrefix, services } from "../contract/topology.ts";
import { exitOnCrash } from "../service/crash.ts";
import { listen } from "../service/listener.ts";
import { createQueue } from "../queue/queue.ts";
import { checkRedis } from "../service/readiness.ts";
import { openRedis } from "../queue/connection.ts";
import { loadTasks } from "../task/registry.ts";
import { onShutdown } from "../service/shutdown.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { observeRedis } from "../telemetry/redis-connection.ts";
import { startTelemetry } from "../telemetry/service.ts";
import { createApp } from "./http/app.ts";
import { createBoardApp } from "./console/board.ts";
import { openProducer } from "./producer.ts";

const requestGraceMs = 5_000;

exitOnCrash("producer");
const config = loadConfig(process.env);
const { password } = config.board;
if (password === undefined) {
  throw new Error(
    "the environment is not usable:\n  BOARD_PASSWORD: expected a password for Bull Board",
  );
}
const tasks = await loadTasks();
const telemetry = await startTelemetry("producer", config, tasks.keys());
const { log, metrics, registry } = telemetry;
setBuildInfo(metrics.buildInfo, config.releaseSha);

const redis = openRedis(config.redis, "request");
observeRedis(redis, "queue", { log, metrics });
const queue = createQueue(redis);
const background = openRedis(config.redis, "background");
observeRedis(background, "events", { log, metrics });
const events = new QueueEvents(queueName, { connection: background, prefix: queuePrefix });
// It repeats what its connection says, which is logged already; unheard, BullMQ prints it raw.
events.on("error", () => undefined);

const producer = openProducer({
  config,
  redis,
  queue,
  events,
  tasks,
  telemetry,
});
let draining = false;
const readiness = async () => {
  const reasons = draining ? ["draining"] : await checkRedis(redis);
  return { ready: reasons.length === 0, reasons };
};

const address = config.listenAddress;
const listeners = [
  await listen(createApp(producer, { trustProxy: config.limits.trustProxy, readiness }), {
    address,
    port: config.ports.public,
    purpose: services.public.purpose,
  }),
  await listen(
    createBoardApp({
      queue,
      redis,
      user: config.board.user,
      password,
      readOnly: config.board.readOnly,
      publicUrl: config.publicUrl,
      trustProxy: config.limits.trustProxy,
      log,
    }),
    { address, port: config.ports.board, purpose: services.board.purpose },
  ),
  await listen(
    createObservabilityApp({
      registry,
      collect: createQueueCollector({ queue, redis, client: "queue", metrics }),
      readiness,
    }),
    {
      address,
      port: config.ports.producerMetrics,
      purpose: services["producer-metrics"].purpose,
    },
  ),
];
log.info({ ports: listeners.map(({ port }) => port) }, "producer is up");

onShutdown(
  async () => {
    draining = true;
    producer.streams.close();
    producer.overview.close();
    await Promise.all(listeners.map((listener) => listener.close(requestGraceMs)));
    redis.disconnect();
    background.disconnect();
    await telemetry.otlp.shutdown();
  },
  { deadlineMs: 10_000, log },
);
