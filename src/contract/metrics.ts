/** Every metric this project exports. Names are written out in full so that grep finds them. */

import { callbackOutcomes } from "./callbacks.ts";
import { lineLimits, lineOutcomes } from "./log-lines.ts";
import { heartbeatEverySeconds } from "./queues.ts";
import { dropReasons, otlpSignals } from "./telemetry.ts";

type Exporter = "producer" | "worker";

interface Base {
  readonly help: string;
  readonly labels: readonly string[];
  /** Where it is exported. Queue gauges come from both: aggregate them with `max by`, never `sum`. */
  readonly exporters: readonly Exporter[];
}
interface CounterSpec extends Base {
  readonly type: "counter";
  readonly name: `${string}_total`;
  /**
   * The values that its labels can have: every combination starts at 0, as a counter that starts
   * at 1 hides its first event from Prometheus. Labels left out are queue, task, client or class of
   * failure, whose values are known elsewhere. One entry for each set of values that go together.
   */
  readonly values?: readonly Readonly<Record<string, readonly string[]>>[];
}
interface GaugeSpec extends Base {
  readonly type: "gauge";
  readonly name: string;
}
interface HistogramSpec extends Base {
  readonly type: "histogram";
  readonly name: `${string}_seconds`;
  /** Upper bounds, in seconds. */
  readonly buckets: readonly number[];
  /** Whether its observations carry the trace they came from. */
  readonly exemplars: boolean;
}
export type MetricSpec = CounterSpec | GaugeSpec | HistogramSpec;

/**
 * Why a job that had ended was removed: it was kept for its time (`age`), or its memory was needed,
 * an hour or more after its end (`memory`) or sooner (`early`).
 */
export const removalReasons = ["age", "memory", "early"] as const;
export type RemovalReason = (typeof removalReasons)[number];

/** Of submissions that clients make. */
export const clientSources = ["api", "form"] as const;
/**
 * `schedule`: nobody asked for it, or an operator had the schedule run at once; `job`: another job
 * has submitted it.
 */
export const submissionSources = [...clientSources, "schedule", "job"] as const;
/** `limited`: its client had as many unfinished jobs as it may have. */
export const submissionOutcomes = [
  "added",
  "deduplicated",
  "rejected",
  "limited",
  "error",
] as const;
/** How a job ends for good. */
export type JobOutcome = "succeeded" | "failed";

const both = ["producer", "worker"] as const;
const producer = ["producer"] as const;
const worker = ["worker"] as const;

/** OpenTelemetry's advice for `http.server.request.duration` and messaging durations, semconv v1.44. */
const operationSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;
const processingSeconds = [...operationSeconds, 30, 60, 120, 300, 600] as const;
/** 10 s must stay an edge: the wait objective is "99 % of jobs start within 10 s". */
const waitSeconds = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600,
] as const;
const endToEndSeconds = [...waitSeconds, 21_600] as const;
const roundTripSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
] as const;

export const metrics = {
  queueJobs: {
    type: "gauge",
    name: "taskqueue_queue_jobs",
    help: "Submitted jobs in the queue by state, without heartbeats; succeeded and failed count only those still kept.",
    labels: ["queue", "state"],
    exporters: both,
  },
  keptBytes: {
    type: "gauge",
    name: "taskqueue_queue_kept_bytes",
    help: "Memory in Redis of jobs that ended (succeeded, failed) and of events; estimated from samples.",
    labels: ["queue", "what"],
    exporters: both,
  },
  oldestWaitingJobAge: {
    type: "gauge",
    name: "taskqueue_queue_oldest_waiting_job_age_seconds",
    help: "Age of the oldest submitted job ready to run; 0 when none is waiting, absent when it cannot be read.",
    labels: ["queue"],
    exporters: both,
  },
  queuePaused: {
    type: "gauge",
    name: "taskqueue_queue_paused",
    help: "1 if the queue is paused.",
    labels: ["queue"],
    exporters: both,
  },
  queueWorkers: {
    type: "gauge",
    name: "taskqueue_queue_workers",
    help: "Workers connected to the queue.",
    labels: ["queue"],
    exporters: both,
  },
  queueHeldBack: {
    type: "gauge",
    name: "taskqueue_queue_held_back",
    help: "1 while jobs wait because of this limit of the queue (concurrency, rate), however many slots are free.",
    labels: ["queue", "limit"],
    exporters: both,
  },
  heartbeatLastProcessed: {
    type: "gauge",
    name: "taskqueue_heartbeat_last_processed_timestamp_seconds",
    help: `Unix time at which the last heartbeat job came through the queue; one is due every ${heartbeatEverySeconds} s.`,
    labels: ["queue"],
    exporters: both,
  },
  scheduleLate: {
    type: "gauge",
    name: "taskqueue_schedule_late_seconds",
    help: "For how long the oldest slot of a schedule that has no job yet has been due; 0 while none is, and in a pause.",
    labels: ["queue", "schedule"],
    exporters: both,
  },
  queueCollectDuration: {
    type: "gauge",
    name: "taskqueue_queue_collect_duration_seconds",
    help: "Time the last read of the queue's state took.",
    labels: ["queue"],
    exporters: both,
  },
  queueCollectErrors: {
    type: "counter",
    name: "taskqueue_queue_collect_errors_total",
    help: "Reads of the queue's state that failed.",
    labels: ["queue"],
    exporters: both,
  },
  jobsEnqueued: {
    type: "counter",
    name: "taskqueue_jobs_enqueued_total",
    help: "Submissions, by where they came from and what became of them.",
    labels: ["queue", "task", "source", "outcome"],
    values: [{ source: submissionSources, outcome: submissionOutcomes }],
    exporters: both,
  },
  submissions: {
    type: "counter",
    name: "taskqueue_submissions_total",
    help: "Submissions, by who sent them: a name of the file of users, `_STRANGER` for none, `_OTHER` for names beyond a hundred.",
    labels: ["submitter", "outcome"],
    values: [{ submitter: ["_STRANGER"], outcome: submissionOutcomes }],
    exporters: producer,
  },
  jobEnqueueDuration: {
    type: "histogram",
    name: "taskqueue_job_enqueue_duration_seconds",
    help: "Time to add a job to Redis.",
    labels: ["queue", "outcome"],
    buckets: operationSeconds,
    exemplars: true,
    exporters: producer,
  },
  jobWaitDuration: {
    type: "histogram",
    name: "taskqueue_job_wait_duration_seconds",
    help: "Time from ready to run until the first attempt starts.",
    labels: ["queue", "task"],
    buckets: waitSeconds,
    exemplars: true,
    exporters: worker,
  },
  jobProcessingDuration: {
    type: "histogram",
    name: "taskqueue_job_processing_duration_seconds",
    help: "Time the task's handler ran, one attempt.",
    labels: ["queue", "task", "outcome"],
    buckets: processingSeconds,
    exemplars: true,
    exporters: worker,
  },
  jobEndToEndDuration: {
    type: "histogram",
    name: "taskqueue_job_end_to_end_duration_seconds",
    help: "Time from ready to run until the final outcome, retries included, of jobs that nobody cancelled.",
    labels: ["queue", "task", "outcome"],
    buckets: endToEndSeconds,
    exemplars: true,
    exporters: worker,
  },
  jobsFinished: {
    type: "counter",
    name: "taskqueue_jobs_finished_total",
    help: "Jobs that reached their final outcome, each once; error_type is empty for those that succeeded. The producer counts those that were cancelled while they waited.",
    labels: ["queue", "task", "outcome", "error_type"],
    values: [{ outcome: ["succeeded"], error_type: [""] }, { outcome: ["failed"] }],
    exporters: both,
  },
  jobsFinishedAgain: {
    type: "counter",
    name: "taskqueue_jobs_finished_again_total",
    help: "Further final outcomes of jobs that somebody retried after they had ended, as in Bull Board.",
    labels: ["queue", "task", "outcome", "error_type"],
    values: [{ outcome: ["succeeded"], error_type: [""] }, { outcome: ["failed"] }],
    exporters: both,
  },
  jobRetries: {
    type: "counter",
    name: "taskqueue_job_retries_total",
    help: "Failed attempts after which the job was scheduled again.",
    labels: ["queue", "task", "error_type"],
    exporters: worker,
  },
  jobsPostponed: {
    type: "counter",
    name: "taskqueue_jobs_postponed_total",
    help: "Times that a worker put a job off whose task it does not have, or whose input it refuses.",
    labels: ["queue", "task"],
    exporters: worker,
  },
  jobsRemoved: {
    type: "counter",
    name: "taskqueue_jobs_removed_total",
    help: "Ended jobs removed between two ends: kept for their whole time (age), or to make room (memory; early: within an hour of their end).",
    labels: ["queue", "reason"],
    values: [{ reason: removalReasons }],
    exporters: both,
  },
  jobsStalled: {
    type: "counter",
    name: "taskqueue_jobs_stalled_total",
    help: "Jobs whose worker stopped renewing their lock.",
    labels: ["queue"],
    exporters: worker,
  },
  callbacks: {
    type: "counter",
    name: "taskqueue_callbacks_total",
    help: "Tries to tell a submitter's server of a job's end: delivered, failed (another follows), refused (the address may not be called), given_up, or gone (the job was removed before it was told of).",
    labels: ["queue", "outcome"],
    values: [{ outcome: callbackOutcomes }],
    exporters: producer,
  },
  callbackOldestLate: {
    type: "gauge",
    name: "taskqueue_callback_oldest_late_seconds",
    help: "Time since the end of the job whose callback has failed for longest and is still tried; 0 while none is, absent when it cannot be read.",
    labels: ["queue"],
    exporters: producer,
  },
  taskBlocked: {
    type: "counter",
    name: "taskqueue_task_blocked_seconds_total",
    help: "Time for which a task kept a worker's event loop from everything else, in blocks of 1 s or more; _OTHER where several ran.",
    labels: ["queue", "task"],
    exporters: worker,
  },
  jobLastSuccess: {
    type: "gauge",
    name: "taskqueue_job_last_success_timestamp_seconds",
    help: "Unix time of the last success on this worker.",
    labels: ["queue", "task"],
    exporters: worker,
  },
  workerConcurrency: {
    type: "gauge",
    name: "taskqueue_worker_concurrency",
    help: "Jobs this worker may run at once; those that still run where an operator has it drained.",
    labels: ["queue"],
    exporters: worker,
  },
  workerDrainedSlots: {
    type: "gauge",
    name: "taskqueue_worker_drained_slots",
    help: "Slots of this worker in which nothing starts, as an operator has it drained.",
    labels: ["queue"],
    exporters: worker,
  },
  workerActiveJobs: {
    type: "gauge",
    name: "taskqueue_worker_active_jobs",
    help: "Jobs this worker is running now.",
    labels: ["queue"],
    exporters: worker,
  },
  workerBusySeconds: {
    type: "counter",
    name: "taskqueue_worker_busy_seconds_total",
    help: "Time spent running jobs, summed over slots; grows while a job runs.",
    labels: ["queue"],
    exporters: worker,
  },
  workerOldestActiveJobAge: {
    type: "gauge",
    name: "taskqueue_worker_oldest_active_job_age_seconds",
    help: "How long this worker's longest running job has run; 0 when idle.",
    labels: ["queue"],
    exporters: worker,
  },
  redisConnectionUp: {
    type: "gauge",
    name: "taskqueue_redis_connection_up",
    help: "1 if this Redis connection is ready.",
    labels: ["client"],
    exporters: both,
  },
  redisReconnects: {
    type: "counter",
    name: "taskqueue_redis_reconnects_total",
    help: "Attempts to reconnect to Redis.",
    labels: ["client"],
    exporters: both,
  },
  redisPingDuration: {
    type: "histogram",
    name: "taskqueue_redis_ping_duration_seconds",
    help: "Round trip of a PING, once a scrape.",
    labels: ["client"],
    buckets: roundTripSeconds,
    exemplars: false,
    exporters: both,
  },
  httpRequestDuration: {
    type: "histogram",
    name: "http_server_request_duration_seconds",
    help: "Duration of HTTP requests, as OpenTelemetry names it.",
    labels: ["http_request_method", "http_route", "http_response_status_code"],
    buckets: operationSeconds,
    exemplars: true,
    exporters: producer,
  },
  httpActiveRequests: {
    type: "gauge",
    name: "http_server_active_requests",
    help: "HTTP requests being served now.",
    labels: ["http_request_method"],
    exporters: producer,
  },
  logLines: {
    type: "counter",
    name: "taskqueue_log_lines_total",
    help: "Lines for the log by kind (other: those that strangers do not cause), written, or held back as more than their kind has in a minute.",
    labels: ["line", "outcome"],
    values: [{ line: Object.keys(lineLimits), outcome: lineOutcomes }],
    exporters: both,
  },
  otlpDropped: {
    type: "counter",
    name: "taskqueue_otlp_dropped_total",
    help: "Spans and log records that were not delivered: too many waited (no_room), the receiver did not take them (not_taken), or only a part of their request (rejected), or the service ended (stopped).",
    labels: ["signal", "reason"],
    values: [{ signal: otlpSignals, reason: dropReasons }],
    exporters: both,
  },
  clockSkew: {
    type: "gauge",
    name: "taskqueue_clock_skew_seconds",
    help: "By how much this host's clock is ahead of that of Redis (negative: behind), half a round trip off at most; absent when it cannot be read.",
    labels: [],
    exporters: both,
  },
  jobIndexLag: {
    type: "gauge",
    name: "taskqueue_job_index_lag_seconds",
    help: "How far this producer's index of jobs, which the console finds jobs by, is behind Redis; absent until it has followed for the first time.",
    labels: [],
    exporters: producer,
  },
  eventLoopLagMax: {
    type: "gauge",
    name: "taskqueue_event_loop_lag_max_seconds",
    help: "Longest block of the event loop that ended within the last 60 s; a scrape does not change it.",
    labels: [],
    exporters: both,
  },
  buildInfo: {
    type: "gauge",
    name: "taskqueue_build_info",
    help: "What is running; always 1.",
    labels: ["version", "git_sha", "node_version", "bullmq_version"],
    exporters: both,
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricKey = keyof typeof metrics;

/** Metrics a service exports. */
export type MetricsOf<E extends Exporter> = {
  [K in MetricKey]: E extends (typeof metrics)[K]["exporters"][number] ? K : never;
}[MetricKey];
export type { Exporter };
