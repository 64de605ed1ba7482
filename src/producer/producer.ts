import type { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { Config } from "../config.ts";
import { readQueueState } from "../queue-state.ts";
import { readMemory } from "../readiness.ts";
import type { Tasks } from "../registry.ts";
import type { Otlp } from "../telemetry/otlp.ts";
import type { Telemetry } from "../telemetry/service.ts";
import { createBroker } from "./broker.ts";
import { RequestError } from "./errors.ts";
import { isJobId } from "./job-id.ts";
import { type JobStatus, readJobStatus, summarizeJob } from "./job-status.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { readRecentJobs } from "./recent-jobs.ts";
import { remember } from "./remembered.ts";
import { openStatusStreams, type StatusStreams } from "./status-streams.ts";
import { countFromZero, type SubmissionDeps } from "./submission.ts";

/** How stale what is said of the queue as a whole may be. */
const stateMs = 1_000;

/** Everything that the public routes can do. */
export interface Producer extends SubmissionDeps {
  readonly rateLimit: RateLimit;
  readonly streams: StatusStreams;
  /** The job's status; throws a 404 `RequestError` when there is none. */
  find(id: string | undefined): Promise<JobStatus>;
  /** The latest jobs, newest first. */
  recent(): Promise<readonly JobStatus[]>;
  /** Where a trace can be seen; `undefined` where no Grafana is configured. */
  traceUrl(traceId: string): string | undefined;
}

export interface ProducerDeps {
  readonly config: Pick<Config, "limits" | "grafanaUrl">;
  /** A `request` connection. */
  readonly redis: Redis;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly tasks: Tasks;
  readonly telemetry: Pick<Telemetry<"producer">, "log" | "metrics"> & {
    readonly otlp: Pick<Otlp, "tracer">;
  };
}

/** A producer; its streams must be closed. */
export function openProducer(deps: ProducerDeps): Producer {
  const { config, redis, queue, events, tasks } = deps;
  const { log, metrics, otlp } = deps.telemetry;
  countFromZero(metrics, tasks);
  const broker = createBroker(redis, queue);
  const state = remember(stateMs, () => broker.ask((asked) => readQueueState(asked)));
  const memory = remember(stateMs, () => broker.ask((_, client) => readMemory(client)));
  const read = (id: string) =>
    broker.ask((asked, client) => readJobStatus({ queue: asked, redis: client, state }, id));

  return {
    tasks,
    broker,
    metrics,
    log,
    tracer: otlp.tracer,
    queueDepth: config.limits.queueDepth,
    rateLimit: createRateLimit(config.limits.ratePerMinute),
    streams: openStatusStreams(events, read),
    async load() {
      const [known, used] = await Promise.all([state(), memory()]);
      return { state: known, memory: used };
    },
    async find(id) {
      const status = id !== undefined && isJobId(id) ? await read(id) : undefined;
      if (status === undefined) {
        throw new RequestError(404, `there is no job "${id}", or it is no longer kept`);
      }
      return status;
    },
    async recent() {
      const found = await broker.ask((asked) => readRecentJobs(asked));
      // Not the queue's own heartbeats.
      return found
        .filter(({ job }) => tasks.has(job.name))
        .map(({ job, state: jobState }) => summarizeJob(job, jobState));
    },
    traceUrl: (traceId) => createTraceUrl(config.grafanaUrl, traceId),
  };
}

/** Grafana's Explore page on the trace, in the data source `tempo`. */
function createTraceUrl(grafanaUrl: string | undefined, traceId: string): string | undefined {
  if (grafanaUrl === undefined) return undefined;
  const query = { refId: "A", queryType: "traceql", query: traceId };
  const pane = { datasource: "tempo", queries: [query], range: { from: "now-7d", to: "now" } };
  return `${grafanaUrl}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ t: pane }))}`;
}
