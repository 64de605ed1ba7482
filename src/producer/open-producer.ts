import type { Redis } from "ioredis";
import { type Queues, queues as ownQueues } from "../contract/queues.ts";
import { endpoints } from "../contract/topology.ts";
import { measureSkew } from "../queue/clock.ts";
import { describeOutage, openRedis, untilConnected } from "../queue/connection.ts";
import { createIdSecret } from "../queue/id-secret.ts";
import { startJanitor } from "../queue/janitor.ts";
import { keepBucket, readBuckets } from "../queue/overview-buckets.ts";
import { readMemory } from "../queue/memory.ts";
import { createQueue, createQueueEvents } from "../queue/queue.ts";
import { readQueue } from "../queue/reading.ts";
import type { Config } from "../service/config.ts";
import type { Rate } from "../service/client-rate.ts";
import { openListeners } from "../service/listener.ts";
import { createReadiness } from "../service/readiness.ts";
import { remember } from "../service/remembered.ts";
import { withReader } from "../service/secret-file.ts";
import type { OpenService } from "../service/shutdown.ts";
import { loadTasks, type Tasks } from "../task/registry.ts";
import { groupByQueue, queueOf } from "../task/task-queue.ts";
import { parseTimetable } from "../task/timetable.ts";
import { setBuildInfo } from "../telemetry/build-info.ts";
import { watchEventLoop } from "../telemetry/event-loop-lag.ts";
import { createCancellationReport } from "../telemetry/cancelled-jobs.ts";
import { createObservabilityApp } from "../telemetry/observability-app.ts";
import { createQueueCollector } from "../telemetry/queue-metrics.ts";
import { createRedisObserver } from "../telemetry/redis-connection.ts";
import { createRemovalReport } from "../telemetry/removed-jobs.ts";
import { startTelemetry, type Telemetry } from "../telemetry/service.ts";
import { describeServer } from "../telemetry/spans.ts";
import { createCredentials } from "./access/credentials.ts";
import { createDoor } from "./access/door.ts";
import { createVisitRoutes } from "./access/visit-routes.ts";
import { type CallbackParts, openCallbacks } from "./callbacks/callbacks.ts";
import { createAuditTrail } from "./console/actions/audit-trail.ts";
import { startBulkRunner } from "./console/actions/bulk-runner.ts";
import { createBoardApp } from "./console/board.ts";
import { publicCookie } from "./console/session-cookie.ts";
import { createSessions } from "./console/sessions.ts";
import { createApp } from "./http/app.ts";
import { createRateLimit } from "./http/rate-limit.ts";
import { createStreamQuota } from "./http/stream-quota.ts";
import { createJobRoutes } from "./jobs/api.ts";
import { createBroker } from "./jobs/broker.ts";
import { createDesk, firstDesk } from "./jobs/desk.ts";
import { openJobs } from "./jobs/jobs.ts";
import { readAllEnded } from "./overview/all-ended.ts";
import { createDay } from "./overview/day.ts";
import type { ReadEndedJobs } from "./overview/ended-jobs.ts";
import { createHistory } from "./overview/history.ts";
import { openOverview } from "./overview/overview.ts";
import { readOverviewState } from "./overview/overview-state.ts";
import { createOverviewRoutes } from "./overview/routes.ts";
import { createPageRoutes } from "./pages/routes.ts";
import { createLagCollector } from "./explorer/index-lag.ts";
import { openJobIndex } from "./explorer/open-job-index.ts";

/** In a second, submissions at full speed were seen to fill a tenth of 12 MB more. */
const memoryMs = 250;
/** Requests and connections of a client at once: what a page takes, for a hundred people behind one address. */
const maxBurst = 1_000;
/** A moment at most; if Redis is away, the producer before it has nothing to answer either. */
const connectedWithinMs = 5_000;
const requestGraceMs = 5_000;
const closeWithinMs = 10_000;

export interface Producer extends OpenService {
  /** TCP ports of its listeners. */
  readonly ports: Readonly<Record<"public" | "board" | "metrics", number>>;
}

/** What may be given to a producer instead of its own. */
export interface ProducerParts {
  readonly queues: Queues;
  readonly tasks: Tasks;
  readonly telemetry: Telemetry<"producer">;
  readonly openIndex: typeof openJobIndex;
  readonly callbacks: Partial<CallbackParts>;
}

/**
 * Builds a producer and serves its three listeners, whether or not Redis is there yet.
 * Throws for a configuration without a password for Bull Board, for a file of users or a setting of
 * callbacks that is wrong, and for a port that is taken.
 */
export async function openProducer(
  config: Config,
  given: Partial<ProducerParts> = {},
): Promise<Producer> {
  const { password } = config.board;
  if (password === undefined) throw new Error("expected a password for Bull Board");
  await using opening = new AsyncDisposableStack();
  const tasks = given.tasks ?? (await loadTasks());
  const queues = given.queues ?? ownQueues;
  const byQueue = groupByQueue(tasks, queues);
  const telemetry = given.telemetry ?? (await startTelemetry("producer", config, byQueue));
  opening.defer(() => telemetry.otlp.shutdown());
  setBuildInfo(telemetry.metrics.buildInfo, config.releaseSha);
  opening.defer(watchEventLoop(telemetry.metrics.eventLoopLagMax));
  const { log, metrics, registry } = telemetry;

  const open = (kind: Parameters<typeof openRedis>[1], observe: (redis: Redis) => void) => {
    const connection = openRedis(withReader(config.redis), kind);
    opening.defer(() => connection.disconnect());
    observe(connection);
    return connection;
  };
  const redis = open("request", createRedisObserver("queue", { log, metrics }));
  const observeEvents = createRedisObserver("events", { log, metrics });
  const broker = createBroker(redis);
  const readUsed = remember(memoryMs, () => broker.ask(() => readMemory(redis)));
  const desks = new Map(
    Object.entries(queues).map(([name, spec]) => {
      const queue = createQueue(redis, name, spec);
      const events = createQueueEvents(open("background", observeEvents), name);
      // It waits for Redis, which may be away: its connection is closed under it.
      opening.defer(() => void events.close().catch(() => undefined));
      const unfinishedPerClient = config.limits.unfinishedPerClient;
      const desk = {
        queue,
        spec,
        redis,
        broker,
        events,
        readMemory: readUsed,
        unfinishedPerClient,
      };
      return [name, createDesk(desk)];
    }),
  );
  const known = [...desks.values()];
  for (const { queue, spec } of known) {
    const others = known.map((desk) => desk.queue).filter((other) => other !== queue);
    const report = createRemovalReport(queue.name, { log, metrics });
    const cancelled = createCancellationReport(queue.name, { tasks, log, metrics });
    opening.defer(
      startJanitor({ queue, redis, keep: spec.keep, others, ...report, onCancelled: cancelled }),
    );
  }
  const callbacks = openCallbacks({
    config: config.callbacks,
    desks,
    metrics,
    log,
    tracer: telemetry.otlp.tracer,
    given: given.callbacks,
  });
  opening.defer(() => callbacks.close());
  const idSecret = createIdSecret(redis);
  const queueOfTask = (task: string) => queueOf(tasks.get(task) ?? {}, queues);
  const jobs = openJobs({
    tasks,
    desks,
    queueOf: queueOfTask,
    metrics,
    log,
    idSecret,
    maxDepth: config.limits.queueDepth,
    linkTargets: config,
    limited: config.limits.unfinishedPerClient > 0,
    findCallbackProblem: callbacks.findProblem,
    tracer: telemetry.otlp.tracer,
    server: describeServer(redis),
  });
  opening.defer(() => jobs.close());
  const readEnded: ReadEndedJobs = (fromMs, untilMs) => readAllEnded(desks, fromMs, untilMs);
  const history = createHistory({
    readState: () => readOverviewState(desks, () => broker.ask(() => measureSkew(redis))),
    readEnded,
  });
  const home = firstDesk(desks);
  const day = createDay({
    readBuckets: () => home.ask(readBuckets),
    keepBucket: (bucket) => home.ask((queue, client) => keepBucket(queue, client, bucket)),
    readEnded,
    history,
  });
  const overview = openOverview(history, day);
  opening.defer(() => overview.close());
  const openIndex = given.openIndex ?? openJobIndex;
  const index = openIndex({ redis: config.redis, queues: [...desks.keys()], log });
  opening.defer(() => index.close());
  const bulks = startBulkRunner({ desks, readOnly: config.board.readOnly, log });
  opening.defer(() => bulks.close());

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
  const { readOnly, usersFile } = config.board;
  const credentials = createCredentials({
    user: config.board.user,
    readPassword: withReader(config.board).readPassword ?? (() => password),
    usersFile,
    log,
  });
  const { accounts, tokens } = credentials;
  const sessions = createSessions({ redis, ask: broker.ask, accounts, listener: "public" });
  const access = config.publicAccess;
  const audit = createAuditTrail({ desks, log });
  const collectQueues = createQueueCollector({
    readers: new Map(
      known.map(({ queue, spec }) => [
        queue.name,
        () => readQueue(queue, redis, spec, parseTimetable),
      ]),
    ),
    redis,
    client: "queue",
    metrics,
  });
  const collectLag = createLagCollector(index, metrics);
  // Requests come to it at once, though the one that it follows could still answer them.
  if (config.sharesPorts) await untilConnected(redis, connectedWithinMs);
  const listeners = await openListeners(config, {
    public: {
      port: config.ports.public,
      purpose: endpoints.public.purpose,
      behindProxy: trustProxy,
      clientRate: allowTwice(config.limits),
      app: createApp({
        routes: [
          ...createJobRoutes({ jobs, audit, tasks, rateLimit, streamQuota }),
          ...createPageRoutes({ jobs, audit, tasks, rateLimit, streamQuota, desks, idSecret }),
          ...createOverviewRoutes({ overview, day, queues: [...desks.keys()], streamQuota }),
          ...createVisitRoutes(access, { ...credentials, sessions }),
        ],
        door: createDoor({ access, tokens, sessions, cookie: publicCookie, readOnly }),
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
        queues: known.map(({ queue }) => queue),
        desks,
        index,
        bulks,
        idSecret,
        tasks,
        jobs,
        submit: (submission) => jobs.submit(submission),
        queueOf: queueOfTask,
        redis,
        ask: broker.ask,
        credentials,
        readOnly,
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
        collect: async () => {
          await Promise.all([collectQueues(), collectLag()]);
        },
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
