import type { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { Config } from "../service/config.ts";
import { readQueueState } from "../queue/state.ts";
import { readMemory } from "../service/readiness.ts";
import type { Tasks } from "../task/registry.ts";
import type { Otlp } from "../telemetry/otlp.ts";
import { describeServer } from "../telemetry/spans.ts";
import type { Telemetry } from "../telemetry/service.ts";
import { createBroker } from "./jobs/broker.ts";
import { RequestError } from "./http/errors.ts";
import { isJobId } from "../queue/job-id.ts";
import { type JobStatus, readJobStatus, summarizeJob } from "./jobs/job-status.ts";
import { createJobLinks, type JobLinks, type LinkTargets } from "./jobs/links.ts";
import { readEndedJobs } from "./overview/ended-jobs.ts";
import { createHistory } from "./overview/history.ts";
import { openOverview, type Overview } from "./overview/overview.ts";
import { createRateLimit, type RateLimit } from "./http/rate-limit.ts";
import { readRecentJobs } from "./jobs/recent-jobs.ts";
import { remember } from "./jobs/remembered.ts";
import { openStatusStreams, type StatusStreams } from "./jobs/status-streams.ts";
import { createStreamQuota, type StreamQuota } from "./http/stream-quota.ts";
import type { SubmissionDeps } from "./jobs/submission.ts";

/** How stale what is said of the queue as a whole may be. */
const stateMs = 1_000;

/** Everything that the public routes can do. */
export interface Producer extends SubmissionDeps {
  readonly rateLimit: RateLimit;
  readonly streams: StatusStreams;
  /** For the streams of jobs and of the overview together. */
  readonly streamQuota: StreamQuota;
  readonly overview: Overview;
  /** The job's status; throws a 404 `RequestError` when there is none. */
  find(id: string | undefined): Promise<JobStatus>;
  /** The latest jobs, newest first. */
  recent(): Promise<readonly JobStatus[]>;
  /** Where else a job can be seen. */
  linksTo(job: JobStatus): JobLinks;
}

export interface ProducerDeps {
  readonly config: Pick<Config, "limits"> & LinkTargets;
  /** A `request` connection. */
  readonly redis: Redis;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly tasks: Tasks;
  readonly telemetry: Pick<Telemetry<"producer">, "log" | "metrics"> & {
    readonly otlp: Pick<Otlp, "tracer">;
  };
}

/** A producer; its streams and its overview must be closed. */
export function openProducer(deps: ProducerDeps): Producer {
  const { config, redis, queue, events, tasks } = deps;
  const { log, metrics, otlp } = deps.telemetry;
  const broker = createBroker(redis, queue);
  const state = remember(stateMs, () => broker.ask((asked) => readQueueState(asked)));
  const memory = remember(stateMs, () => broker.ask((_, client) => readMemory(client)));
  const read = (id: string) =>
    broker.ask((asked, client) => readJobStatus({ queue: asked, redis: client, state }, id));
  const readEnded = (fromMs: number, untilMs: number) =>
    broker.ask((asked, client) => readEndedJobs(asked, client, fromMs, untilMs));

  return {
    tasks,
    broker,
    metrics,
    log,
    tracer: otlp.tracer,
    server: describeServer(redis),
    queueDepth: config.limits.queueDepth,
    rateLimit: createRateLimit(config.limits.ratePerMinute),
    streams: openStatusStreams(events, read),
    streamQuota: createStreamQuota(),
    overview: openOverview(createHistory({ readState: state, readEnded })),
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
    linksTo: (job) => createJobLinks(config, job),
  };
}
