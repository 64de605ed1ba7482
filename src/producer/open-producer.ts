import { queueName } from "../contract/queues.ts";
import type { RedisClient } from "../contract/telemetry.ts";
import { endpoints } from "../contract/topology.ts";
import { measureSkew } from "../queue/clock.ts";
import { describeOutage, openRedis } from "../queue/connection.ts";
import { createIdSecret } from "../queue/id-secret.ts";
import { startJanitor } from "../queue/janitor.ts";
import { readMemory } from "../queue/memory.ts";
import { createPlaces } from "../queue/places.ts";
import { createQueue, createQueueEvents } from "../queue/queue.ts";
import { readBlocks } from "../queue/blocks.ts";
import { readSubmittedState } from "../queue/submitted-state.ts";
import { readQueue } from "../queue/reading.ts";
import type { Config } from "../service/config.ts";
import type { Rate } from "../service/client-rate.ts";
import { openListeners } from "../service/listener.ts";
import { createReadiness } from "../service/readiness.ts";
import { withReader } from "../service/secret-file.ts";
import type { OpenService } from "../service/shutdown.ts";
import { loadTasks, type Tasks } from "../task/registry.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { watchEventLoop } from "../telemetry/event-loop-lag.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { observeRedis } from "../telemetry/redis-connection.ts";
import { createRemovalReport } from "../telemetry/removed-jobs.ts";
import { startTelemetry, type Telemetry } from "../telemetry/service.ts";
import { describeServer } from "../telemetry/spans.ts";
import { createBoardApp } from "./console/board.ts";
import { createApp } from "./http/app.ts";
import { createRateLimit } from "./http/rate-limit.ts";
import { createStreamQuota } from "./http/stream-quota.ts";
import { createJobRoutes } from "./jobs/api.ts";
import { createBroker } from "./jobs/broker.ts";
import { openJobs } from "./jobs/jobs.ts";
import { remember, renew } from "./jobs/remembered.ts";
import { readEndedJobs } from "./overview/ended-jobs.ts";
import { createHistory } from "./overview/history.ts";
import { openOverview } from "./overview/overview.ts";
import { createOverviewRoutes } from "./overview/routes.ts";
import { createPageRoutes } from "./pages/routes.ts";

/** How stale what is said of the queue as a whole may be. */
const stateMs = 1_000;
/** In a second, submissions at full speed were seen to fill a tenth of 12 MB more. */
const memoryMs = 250;
/** Requests and connections of a client at once: what a page takes, for a hundred people behind one address. */
const maxBurst = 1_000;
const requestGraceMs = 5_000;
const closeWithinMs = 10_000;

export interface Producer extends OpenService {
  /** TCP ports of its listeners. */
  readonly ports: Readonly<Record<"public" | "board" | "metrics", number>>;
}

/** What may be given to a producer instead of its own. */
export interface ProducerParts {
  readonly queueName: string;
  readonly tasks: Tasks;
  readonly telemetry: Telemetry<"producer">;
}

/**
 * Builds a producer and serves its three listeners, whether or not Redis is there yet.
 * Throws for a configuration without a password for Bull Board, and for a port that is taken.
 */
export async function openProducer(
  config: Config,
  given: Partial<ProducerParts> = {},
): Promise<Producer> {
  const { password } = config.board;
  if (password === undefined) throw new Error("expected a password for Bull Board");
  await using opening = new AsyncDisposableStack();
  const tasks = given.tasks ?? (await loadTasks());
  const telemetry = given.telemetry ?? (await startTelemetry("producer", config, tasks.keys()));
  opening.defer(() => telemetry.otlp.shutdown());
  setBuildInfo(telemetry.metrics.buildInfo, config.releaseSha);
  opening.defer(watchEventLoop(telemetry.metrics.eventLoopLagMax));
  const { log, metrics, registry } = telemetry;

  const open = (kind: Parameters<typeof openRedis>[1], client: RedisClient) => {
    const connection = openRedis(withReader(config.redis), kind);
    opening.defer(() => connection.disconnect());
    observeRedis(connection, client, { log, metrics });
    return connection;
  };
  const redis = open("request", "queue");
  const queue = createQueue(redis, given.queueName ?? queueName);
  const events = createQueueEvents(open("background", "events"), queue.name);
  // It waits for Redis, which may be away: its connection is closed under it.
  opening.defer(() => void events.close().catch(() => undefined));

  opening.defer(startJanitor({ queue, redis, ...createRemovalReport({ log, metrics }) }));

  const broker = createBroker(redis, queue);
  const latest = renew({ ms: stateMs, pauseMs: 0 }, () => broker.ask(readSubmittedState));
  // A status that is read because of an event is not to be told with a state of before.
  for (const change of ["paused", "resumed"] as const) events.on(change, () => latest.outdate());
  const readState = () => latest.get();
  const readUsed = remember(memoryMs, () => broker.ask((_, client) => readMemory(client)));
  const idSecret = createIdSecret(redis);
  const jobs = openJobs({
    tasks,
    broker,
    events,
    readState,
    metrics,
    log,
    idSecret,
    load: async () => {
      const [state, memory] = await Promise.all([readState(), readUsed()]);
      return { state, memory };
    },
    maxDepth: config.limits.queueDepth,
    places: createPlaces({
      ask: broker.ask,
      toKey: (key) => queue.toKey(key),
      limit: config.limits.unfinishedPerClient,
    }),
    linkTargets: config,
    tracer: telemetry.otlp.tracer,
    server: describeServer(redis),
  });
  opening.defer(() => jobs.close());
  const overview = openOverview(
    createHistory({
      readState: async () => {
        const [state, skewMs, blockedBy] = await Promise.all([
          readState(),
          broker.ask((_, client) => measureSkew(client)),
          broker.ask(readBlocks),
        ]);
        return { ...state, skewMs, blockedBy };
      },
      readEnded: (fromMs, untilMs) =>
        broker.ask((asked, client) => readEndedJobs(asked, client, fromMs, untilMs)),
    }),
  );
  opening.defer(() => overview.close());

  let draining = false;
  const readiness = createReadiness(
    {
      outage: () => describeOutage(redis),
      // Anybody may ask, as often as they like.
      readMemory: remember(memoryMs, () => readMemory(redis)),
    },
    () => draining,
  );
  const rateLimit = createRateLimit(config.limits.ratePerMinute);
  const streamQuota = createStreamQuota();
  const { trustProxy, trustTraceparent } = config.limits;
  const listeners = await openListeners(config, {
    public: {
      port: config.ports.public,
      purpose: endpoints.public.purpose,
      behindProxy: trustProxy,
      clientRate: allowTwice(config.limits),
      app: createApp({
        routes: [
          ...createJobRoutes({ jobs, tasks, rateLimit, streamQuota }),
          ...createPageRoutes({ jobs, tasks, rateLimit }),
          ...createOverviewRoutes({ overview, streamQuota }),
        ],
        readLimit: createRateLimit(config.limits.readsPerMinute),
        tracer: telemetry.otlp.tracer,
        metrics,
        log,
        trustProxy,
        trustTraceparent,
        readiness,
      }),
    },
    board: {
      port: config.ports.board,
      purpose: endpoints.board.purpose,
      behindProxy: trustProxy,
      app: createBoardApp({
        queue,
        redis,
        user: config.board.user,
        readPassword: withReader(config.board).readPassword ?? (() => password),
        readOnly: config.board.readOnly,
        publicUrl: config.publicUrl,
        trustProxy,
        log,
      }),
    },
    metrics: {
      port: config.ports.producerMetrics,
      purpose: endpoints["producer-metrics"].purpose,
      app: createObservabilityApp({
        registry,
        collect: createQueueCollector({
          read: () => readQueue(queue, redis),
          redis,
          client: "queue",
          metrics,
        }),
        readiness,
        log,
      }),
    },
  });
  opening.defer(() => listeners.close(requestGraceMs));
  opening.defer(() => {
    draining = true;
    // A stream is a request that does not end by itself.
    jobs.close();
    overview.close();
  });
  log.info({ ports: listeners.ports }, "producer is up");

  const opened = opening.move();
  return { ports: listeners.ports, log, closeWithinMs, close: () => opened.disposeAsync() };
}

/** Who asks for twice as much as the app answers does not heed its answers. */
function allowTwice({ ratePerMinute, readsPerMinute }: Config["limits"]): Rate {
  const perMinute = 2 * (ratePerMinute + readsPerMinute);
  return { perMinute, burst: maxBurst };
}
