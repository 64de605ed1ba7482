/** Names in telemetry that services write and that dashboards, alerts and job pages ask for. */

/** What the names of our own metrics begin with. */
export const metricPrefix = "taskqueue_";

/** A service's `service.name` on traces and logs, and its scrape job on metrics. */
export const serviceNames = {
  producer: "taskqueue-producer",
  worker: "taskqueue-worker",
} as const;

/** What the services belong to: `service.namespace`, and the scope of their spans and log records. */
export const serviceNamespace = "tripod";

/** OpenTelemetry's semantic conventions that names of spans and attributes follow. */
export const semconvSchema = "https://opentelemetry.io/schemas/1.44.0";

/** Matches every service's name, as a regular expression in PromQL and LogQL. */
export const anyServiceName = Object.values(serviceNames).join("|");

/** Every log line of ours in LogQL. Over OTLP a line is its message, and its fields are metadata of it. */
export const everyLine = `{service_name=~"${anyServiceName}"}`;

/** Connections to Redis, as metrics and logs name them. */
export const redisClients = {
  producer: ["queue", "events"],
  worker: ["worker", "worker_blocking"],
} as const;

export type RedisClient = (typeof redisClients)[keyof typeof redisClients][number];

/** What is sent over OTLP. */
export const otlpSignals = ["traces", "logs"] as const;
export type OtlpSignal = (typeof otlpSignals)[number];

/**
 * Why something was not delivered: too much was waiting already, its receiver did not take the
 * request, or did and kept only a part of it, or the service ended first.
 */
export const dropReasons = ["no_room", "not_taken", "rejected", "stopped"] as const;
export type DropReason = (typeof dropReasons)[number];

/** What a span is about: the first word of its name. */
export const spanOperations = {
  send: "send",
  wait: "wait",
  process: "process",
  compute: "compute",
  settle: "settle",
  callback: "callback",
} as const;

/** Attributes of spans; all but `taskqueue.*` are OpenTelemetry's. */
export const spanAttributes = {
  system: "messaging.system",
  operationName: "messaging.operation.name",
  operationType: "messaging.operation.type",
  queue: "messaging.destination.name",
  jobId: "messaging.message.id",
  task: "taskqueue.task",
  attempt: "taskqueue.attempt",
  schedule: "taskqueue.schedule",
  slot: "taskqueue.schedule.slot",
  host: "server.address",
  errorType: "error.type",
  blame: "taskqueue.blame",
  /** Of the event that a job was cancelled: what that has found. */
  found: "taskqueue.found",
} as const;

/** Fields of log lines; `traceId` and `spanId` are the labels of exemplars, too. */
export const logFields = {
  /** Its kind, where strangers can cause it. */
  line: "line",
  /** Lines of that kind that were not written. */
  heldBack: "held_back",
  /** Submissions that a line stands for. */
  refused: "refused",
  jobId: "job_id",
  /** The job that submitted it. */
  submittedBy: "submitted_by",
  /** Who submitted it, as the file of users calls them. */
  submitter: "submitter",
  task: "task",
  /** The key of the one by which it was submitted. */
  schedule: "schedule",
  attempt: "attempt",
  /** The id of one. */
  worker: "worker",
  errorType: "error_type",
  /** What a task gives along with a line of its own, each under its name. */
  own: "fields",
  traceId: "trace_id",
  spanId: "span_id",
} as const;
