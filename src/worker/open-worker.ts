import type { Worker } from "bullmq";
import { queueName } from "../contract/queues.ts";
import { endpoints } from "../contract/topology.ts";
import { describeOutage, openRedis } from "../queue/connection.ts";
import { noteBlock } from "../queue/blocks.ts";
import { startJanitor } from "../queue/janitor.ts";
import { readMemory } from "../queue/memory.ts";
import { createQueue } from "../queue/queue.ts";
import { readQueueState } from "../queue/state.ts";
import { readQueue } from "../queue/reading.ts";
import type { Config } from "../service/config.ts";
import { loadDeathSignal } from "../service/death-signal.ts";
import { openListeners } from "../service/listener.ts";
import { createReadiness } from "../service/readiness.ts";
import { withReader } from "../service/secret-file.ts";
import type { OpenService } from "../service/shutdown.ts";
import { loadTasks, type Tasks, tasksFolder } from "../task/registry.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { watchEventLoop } from "../telemetry/event-loop-lag.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { observeRedis } from "../telemetry/redis-connection.ts";
import { createRemovalReport } from "../telemetry/removed-jobs.ts";
import { startTelemetry, type Telemetry } from "../telemetry/service.ts";
import { createActivityCollector } from "./activity-metrics.ts";
import { createActivity } from "./activity.ts";
import { createBlockReport } from "./blocking/block-report.ts";
import { startBlockWatch } from "./blocking/block-watch.ts";
import { createClocks } from "./blocking/clocks.ts";
import { openLockGuard } from "./blocking/lock-guard.ts";
import { startDeadman } from "./deadman.ts";
import { drainWorker } from "./drain.ts";
import { keepHeartbeat } from "./heartbeat-schedule.ts";
import { openChildren } from "./isolation/children.ts";
import { findDelegatedGroup } from "./isolation/control-group.ts";
import { killAbandoned } from "./isolation/marked-processes.ts";
import { isolateTasks } from "./isolation/isolated-tasks.ts";
import { openQueueWorker } from "./queue-worker.ts";

const requestGraceMs = 1_000;
/** What a stop may take beyond the time that jobs get. */
const closeSlackMs = 10_000;

export interface WorkerService extends OpenService {
  /** TCP ports of its listeners. */
  readonly ports: Readonly<Record<"metrics", number>>;
  /** BullMQ's own, for its events. */
  readonly worker: Worker;
}

/** What may be given to a worker instead of its own. */
export interface WorkerParts {
  readonly queueName: string;
  /** Those of `tasksFolder`, or others; the isolated ones are looked for in that folder. */
  readonly tasks: Tasks;
  readonly tasksFolder: URL;
  readonly telemetry: Telemetry<"worker">;
  /** The environment of isolated tasks, which must not hold our secrets. */
  readonly childEnvironment: NodeJS.ProcessEnv;
  /** Jobs wait, but the worker takes none: it is of no more use. */
  readonly onWedged: () => void;
}

/**
 * Builds a worker that takes jobs at once, whether or not Redis is there yet, and keeps at it until
 * it is closed: then it takes no more, and those that run have `config.worker.drainMs` to finish.
 * Throws for a task that cannot be loaded, and for a port that is taken.
 */
export async function openWorker(
  config: Config,
  given: Partial<WorkerParts> = {},
): Promise<WorkerService> {
  await using opening = new AsyncDisposableStack();
  const folder = given.tasksFolder ?? tasksFolder;
  const loaded = given.tasks ?? (await loadTasks(folder));
  const telemetry = given.telemetry ?? (await startTelemetry("worker", config, loaded.keys()));
  opening.defer(() => telemetry.otlp.shutdown());
  setBuildInfo(telemetry.metrics.buildInfo, config.releaseSha);
  opening.defer(watchEventLoop(telemetry.metrics.eventLoopLagMax));
  const { log, metrics, registry, otlp } = telemetry;

  const redis = openRedis(withReader(config.redis), "background");
  opening.defer(() => redis.disconnect());
  observeRedis(redis, "worker", { log, metrics });
  const queue = createQueue(redis, given.queueName ?? queueName);
  opening.defer(startJanitor({ queue, redis, ...createRemovalReport({ log, metrics }) }));
  const abandoned = killAbandoned();
  if (abandoned > 0)
    log.warn({ abandoned }, "killed what a worker had left behind that was killed");
  const delegatedGroup = findDelegatedGroup();
  const children = openChildren({
    max: config.worker.concurrency,
    env: given.childEnvironment ?? {},
    deathSignal: loadDeathSignal(),
    delegatedGroup,
    log,
  });
  opening.defer(() => children.close());
  const tasks = isolateTasks(loaded, children, folder);
  const activity = createActivity();

  let draining = false;
  const collectQueue = createQueueCollector({
    read: () => readQueue(queue, redis),
    redis,
    client: "worker",
    metrics,
  });
  const collectActivity = createActivityCollector(activity, metrics);
  const listeners = await openListeners(config, {
    metrics: {
      port: config.ports.workerMetrics,
      purpose: endpoints["worker-metrics"].purpose,
      app: createObservabilityApp({
        registry,
        collect: async () => {
          collectActivity();
          await collectQueue();
        },
        readiness: createReadiness(
          { outage: () => describeOutage(redis), readMemory: () => readMemory(redis) },
          () => draining,
        ),
        log,
      }),
    },
  });
  opening.defer(() => listeners.close(requestGraceMs));

  const clocks = createClocks();
  const note = (task: string) => noteBlock(queue, redis, task);
  const watch = startBlockWatch(clocks, createBlockReport({ metrics, note, log }));
  opening.defer(() => watch.close());
  const { worker, brake } = openQueueWorker({
    config: config.worker,
    redis,
    queue,
    tasks,
    metrics,
    tracer: otlp.tracer,
    activity,
    watch,
    log,
  });
  const orders = {
    memory: clocks.memory,
    redis: config.redis,
    queueName: queue.name,
    workerId: worker.id,
    lockMs: config.worker.lockMs,
    limits: new Map([...tasks].map(([name, { timeLimitMs }]) => [name, timeLimitMs])),
    logLevel: log.level,
  };
  const guard = openLockGuard(orders, telemetry.relay);
  opening.defer(() => guard.close());
  opening.defer(() =>
    drainWorker(worker, {
      redis,
      drainMs: config.worker.drainMs,
      running: () => activity.running,
      log,
    }),
  );
  const stopHeartbeat = keepHeartbeat({ queue, redis, log });
  const stopDeadman = startDeadman({
    readState: () => readQueueState(queue),
    activity,
    brake,
    concurrency: config.worker.concurrency,
    limitMs: config.worker.deadmanMs,
    onWedged: (waitedMs) => {
      log.fatal(
        { waited_ms: waitedMs },
        "jobs wait but none is started: exiting to be started anew",
      );
      given.onWedged?.();
    },
  });
  opening.defer(() => {
    draining = true;
    stopDeadman();
    stopHeartbeat();
  });
  const endBy = delegatedGroup === undefined ? "mark" : "control_group";
  log.info(
    { tasks: [...tasks.keys()], ports: listeners.ports, isolated_tasks_end_by: endBy },
    "worker is up",
  );

  const opened = opening.move();
  return {
    ports: listeners.ports,
    worker,
    log,
    closeWithinMs: config.worker.drainMs + closeSlackMs,
    close: () => opened.disposeAsync(),
  };
}
