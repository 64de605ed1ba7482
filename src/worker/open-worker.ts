import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Worker } from "bullmq";
import { type Queues, queues as ownQueues } from "../contract/queues.ts";
import { endpoints } from "../contract/topology.ts";
import { describeOutage, openRedis } from "../queue/connection.ts";
import { noteBlock } from "../queue/blocks.ts";
import { startJanitor } from "../queue/janitor.ts";
import { readMemory } from "../queue/memory.ts";
import { createQueue } from "../queue/queue.ts";
import { readQueue } from "../queue/reading.ts";
import { createWorkerName } from "../queue/worker-name.ts";
import type { Config } from "../service/config.ts";
import { loadDeathSignal } from "../service/death-signal.ts";
import { openListeners } from "../service/listener.ts";
import { createReadiness } from "../service/readiness.ts";
import { withReader } from "../service/secret-file.ts";
import type { OpenService } from "../service/shutdown.ts";
import { loadTasks, type Tasks, tasksFolder } from "../task/registry.ts";
import { listSchedules } from "../task/schedule.ts";
import { groupByQueue, queueOf } from "../task/task-queue.ts";
import { parseTimetable } from "../task/timetable.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { watchEventLoop } from "../telemetry/event-loop-lag.ts";
import { createCancellationReport } from "../telemetry/cancelled-jobs.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { createRedisObserver, observeRedis } from "../telemetry/redis-connection.ts";
import { createRemovalReport } from "../telemetry/removed-jobs.ts";
import { startTelemetry, type Telemetry } from "../telemetry/service.ts";
import { describeServer } from "../telemetry/spans.ts";
import { createChildJobs } from "./attempts/child-jobs.ts";
import { createRefusalLog } from "./brake.ts";
import { createBlockReport } from "./blocking/block-report.ts";
import { startBlockWatch } from "./blocking/block-watch.ts";
import { createClocks } from "./blocking/clocks.ts";
import { openLockGuard } from "./blocking/lock-guard.ts";
import { createDrainOrders } from "./drain-orders.ts";
import { openChildren } from "./isolation/children.ts";
import { findDelegatedGroup } from "./isolation/control-group.ts";
import { killAbandoned } from "./isolation/marked-processes.ts";
import { isolateTasks } from "./isolation/isolated-tasks.ts";
import { startReporter } from "./reporter.ts";
import { openServedQueue, type ServedQueue } from "./served-queue.ts";

const requestGraceMs = 1_000;
/** What a stop may take beyond the time that jobs get. */
const closeSlackMs = 10_000;

export interface WorkerService extends OpenService {
  /** TCP ports of its listeners. */
  readonly ports: Readonly<Record<"metrics", number>>;
  /** BullMQ's own by queue, for their events. */
  readonly workers: ReadonlyMap<string, Worker>;
}

/** What may be given to a worker instead of its own. */
export interface WorkerParts {
  readonly queues: Queues;
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
  const startedAt = performance.now();
  const loaded = given.tasks ?? (await loadTasks(folder));
  const queues = given.queues ?? ownQueues;
  const byQueue = groupByQueue(loaded, queues);
  const telemetry = given.telemetry ?? (await startTelemetry("worker", config, byQueue));
  opening.defer(() => telemetry.otlp.shutdown());
  setBuildInfo(telemetry.metrics.buildInfo, config.releaseSha);
  let lagSeconds = 0;
  const lagGauge = {
    set(seconds: number) {
      lagSeconds = seconds;
      telemetry.metrics.eventLoopLagMax.set(seconds);
    },
  };
  opening.defer(watchEventLoop(lagGauge));
  const { log, metrics, registry, otlp } = telemetry;

  const redis = openRedis(withReader(config.redis), "background");
  opening.defer(() => redis.disconnect());
  observeRedis(redis, "worker", { log, metrics });
  const known = Object.entries(queues).map(([name, spec]) => ({
    spec,
    queue: createQueue(redis, name, spec),
  }));
  for (const { queue, spec } of known) {
    const others = known.map((other) => other.queue).filter((other) => other !== queue);
    const report = createRemovalReport(queue.name, { log, metrics });
    const cancelled = createCancellationReport(queue.name, { tasks: loaded, log, metrics });
    opening.defer(
      startJanitor({ queue, redis, keep: spec.keep, others, ...report, onCancelled: cancelled }),
    );
  }
  const wanted = config.worker.queues ?? Object.keys(queues);
  const served = known
    .filter(({ queue }) => wanted.includes(queue.name))
    .map(({ queue, spec }) => ({ queue, spec, slots: spec.slots ?? config.worker.concurrency }));
  const abandoned = killAbandoned();
  if (abandoned > 0)
    log.warn({ abandoned }, "killed what a worker had left behind that was killed");
  const delegatedGroup = findDelegatedGroup();
  const children = openChildren({
    max: served.reduce((sum, { slots }) => sum + slots, 0),
    env: given.childEnvironment ?? {},
    deathSignal: loadDeathSignal(),
    delegatedGroup,
    log,
  });
  opening.defer(() => children.close());
  const tasks = isolateTasks(loaded, children, folder);

  const serving: ServedQueue[] = [];
  let draining = false;
  const collectQueues = createQueueCollector({
    readers: new Map(
      served.map(({ queue, spec }) => [
        queue.name,
        () => readQueue(queue, redis, spec, parseTimetable),
      ]),
    ),
    redis,
    client: "worker",
    metrics,
  });
  const listeners = await openListeners(config, {
    metrics: {
      port: config.ports.workerMetrics,
      purpose: endpoints["worker-metrics"].purpose,
      app: createObservabilityApp({
        registry,
        collect: async () => {
          for (const { collect } of serving) collect();
          await collectQueues();
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

  const host = hostname();
  const workerId = createWorkerName({ host, release: config.releaseSha }, randomUUID().slice(0, 8));
  const clocks = createClocks();
  const queueOfTask = (name: string | undefined) => queueOf(loaded.get(name ?? "") ?? {}, queues);
  const note = async (name: string, task: string) => {
    const found = known.find(({ queue }) => queue.name === name);
    if (found !== undefined) await noteBlock(found.queue, redis, task);
  };
  const report = createBlockReport({ metrics, queueOf: queueOfTask, note, log });
  const watch = startBlockWatch(clocks, report);
  opening.defer(() => watch.close());
  const shared = {
    config: config.worker,
    workerId,
    redis,
    tasks,
    metrics,
    tracer: otlp.tracer,
    watch,
    openSubmitOf: createChildJobs({
      redis,
      queues: new Map(known.map(({ queue }) => [queue.name, queue])),
      specs: queues,
      tasks: loaded,
      maxDepth: config.limits.queueDepth,
      metrics,
      tracer: otlp.tracer,
      server: describeServer(redis),
      log,
    }),
    logRefusal: createRefusalLog(log),
    observeBlocking: createRedisObserver("worker_blocking", { log, metrics }),
    onWedged: given.onWedged ?? (() => undefined),
    maxDepth: config.limits.queueDepth,
    log,
  };
  const schedules = [...loaded].flatMap(([name, task]) => listSchedules(name, task));
  for (const one of served) {
    const own = schedules.filter(({ task }) => queueOfTask(task) === one.queue.name);
    serving.push(openServedQueue({ ...shared, ...one, schedules: own }));
  }
  const orders = {
    memory: clocks.memory,
    redis: config.redis,
    workerIds: new Map(serving.map(({ name, worker }) => [name, worker.id])),
    lockMs: config.worker.lockMs,
    limits: new Map([...tasks].map(([name, { timeLimitMs }]) => [name, timeLimitMs])),
    logLevel: log.level,
  };
  const guard = openLockGuard(orders, telemetry.relay);
  opening.defer(() => guard.close());
  const [home] = known;
  if (home === undefined) throw new Error("expected at least one queue");
  const drainOrders = createDrainOrders(serving, log);
  const phase = () => (drainOrders.isDrained ? "held" : "taking");
  const reporter = startReporter({
    home: home.queue,
    redis,
    id: workerId,
    describe: () => ({
      host,
      pid: process.pid,
      release: config.releaseSha,
      upMs: performance.now() - startedAt,
      rssBytes: process.memoryUsage.rss(),
      lagMs: lagSeconds * 1_000,
      phase: draining ? "stopping" : phase(),
      queues: serving.map(({ describe }) => describe()),
    }),
    onOrder: (order) => drainOrders.follow(order),
    log,
  });
  opening.defer(() => reporter.close());
  opening.defer(async () => {
    await Promise.all(serving.map(({ drain }) => drain()));
  });
  opening.defer(() => {
    draining = true;
    reporter.report();
    for (const { rest } of serving) rest();
  });
  const endBy = delegatedGroup === undefined ? "mark" : "control_group";
  log.info(
    {
      queues: wanted,
      tasks: [...tasks.keys()],
      ports: listeners.ports,
      isolated_tasks_end_by: endBy,
    },
    "worker is up",
  );

  const opened = opening.move();
  return {
    ports: listeners.ports,
    workers: new Map(serving.map(({ name, worker }) => [name, worker])),
    log,
    closeWithinMs: config.worker.drainMs + closeSlackMs,
    close: () => opened.disposeAsync(),
  };
}
