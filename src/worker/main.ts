import { loadConfig, withoutOwnVariables } from "../service/config.ts";
import { services } from "../contract/topology.ts";
import { exitOnCrash } from "../service/crash.ts";
import { loadDeathSignal } from "../service/death-signal.ts";
import { scheduleHeartbeat } from "../queue/heartbeat.ts";
import { listen } from "../service/listener.ts";
import { createQueue } from "../queue/queue.ts";
import { readQueueState } from "../queue/state.ts";
import { checkRedis } from "../service/readiness.ts";
import { openRedis } from "../queue/connection.ts";
import { loadTasks } from "../task/registry.ts";
import { onShutdown } from "../service/shutdown.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { observeRedis } from "../telemetry/redis-connection.ts";
import { startTelemetry } from "../telemetry/service.ts";
import { createActivityCollector } from "./activity-metrics.ts";
import { createActivity } from "./activity.ts";
import { startDeadman } from "./deadman.ts";
import { drainWorker } from "./drain.ts";
import { openChildren } from "./isolation/children.ts";
import { isolateTasks } from "./isolation/isolated-tasks.ts";
import { openWorker } from "./worker.ts";

exitOnCrash("worker");
const config = loadConfig(process.env);
const loaded = await loadTasks();
const { log, metrics, registry, otlp } = await startTelemetry("worker", config, loaded.keys());
setBuildInfo(metrics.buildInfo, config.releaseSha);
const children = openChildren({
  most: config.worker.concurrency,
  env: withoutOwnVariables(process.env),
  deathSignal: loadDeathSignal(),
  log,
});
const tasks = isolateTasks(loaded, children);
const redis = openRedis(config.redis, "background");
observeRedis(redis, "worker", { log, metrics });
const queue = createQueue(redis);
// The connection's observer logs its errors; BullMQ prints whole what nobody listens to.
queue.on("error", () => undefined);
const activity = createActivity();

let draining = false;
const collectQueue = createQueueCollector({ queue, redis, client: "worker", metrics });
const collectActivity = createActivityCollector(activity, metrics);
const listener = await listen(
  createObservabilityApp({
    registry,
    collect: async () => {
      collectActivity();
      await collectQueue();
    },
    readiness: async () => {
      const reasons = draining ? ["draining"] : await checkRedis(redis);
      return { ready: reasons.length === 0, reasons };
    },
  }),
  {
    address: config.listenAddress,
    port: config.ports.workerMetrics,
    purpose: services["worker-metrics"].purpose,
  },
);

const worker = openWorker({
  config: config.worker,
  redis,
  queue,
  tasks,
  metrics,
  tracer: otlp.tracer,
  activity,
  log,
});
// Again at each connection: a Redis that lost its data has lost the schedule too.
const beat = () => {
  scheduleHeartbeat(queue).catch((error: unknown) => {
    log.error({ err: error }, "cannot schedule the heartbeat");
  });
};
beat();
redis.on("ready", beat);
const stopDeadman = startDeadman({
  readState: () => readQueueState(queue),
  activity,
  concurrency: config.worker.concurrency,
  limitMs: config.worker.deadmanMs,
  onWedged: (waitedMs) => {
    log.fatal({ waited_ms: waitedMs }, "jobs wait but none is started: exiting to be started anew");
    process.exit(1);
  },
});
log.info({ tasks: [...tasks.keys()], port: listener.port }, "worker is up");

onShutdown(
  async () => {
    draining = true;
    stopDeadman();
    await drainWorker(worker, {
      redis,
      drainMs: config.worker.drainMs,
      running: () => activity.running,
      log,
    });
    children.close();
    redis.disconnect();
    await Promise.all([listener.close(1_000), otlp.shutdown()]);
  },
  { deadlineMs: config.worker.drainMs + 10_000, log },
);
