import { monitoringPorts } from "./monitoring.ts";
import { publicAccess } from "./public-access.ts";
import { queues } from "./queues.ts";
import { endpoints } from "./topology.ts";

/** The variables that our processes read: parsing, tables and `tripod:environment` follow from these. */

/** What a value may be; in the environment it is text. */
export type ValueKind =
  | { readonly kind: "text" }
  | { readonly kind: "url"; readonly schemes: readonly string[] }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** One or more of the choices, with commas between them. */
  | { readonly kind: "list"; readonly choices: readonly string[] };

/** A value as the program sees it. */
export type ValueOf<K extends ValueKind> = K extends { readonly kind: "integer" }
  ? number
  : K extends { readonly kind: "flag" }
    ? boolean
    : K extends { readonly kind: "choice"; readonly choices: readonly (infer Choice)[] }
      ? Choice
      : K extends { readonly kind: "list" }
        ? readonly string[]
        : string;

/** Who sets a variable on EC2; `because` says why `tripod:environment` may not, and what may. */
export type Setter =
  | { readonly by: "operator" }
  | { readonly by: "stack" | "nobody"; readonly because: string };

export type Variable = ValueAndDefault & {
  /** A sentence for tables, in Markdown. */
  readonly meaning: string;
  /** `npm start` reads every variable, and some are for it alone. */
  readonly readBy: readonly ("producer" | "worker")[];
  readonly onEc2: Setter;
};

/** Without a default a variable may stay unset. */
type ValueAndDefault =
  | { readonly value: KindOf<"integer">; readonly default?: number }
  | { readonly value: KindOf<"flag">; readonly default?: boolean }
  | { readonly value: KindOf<"text" | "url" | "choice">; readonly default?: string }
  | { readonly value: KindOf<"list">; readonly default?: never };
type KindOf<K extends ValueKind["kind"]> = Extract<ValueKind, { readonly kind: K }>;

function declareVariables<const V extends Readonly<Record<string, Variable>>>(declared: V): V {
  return declared;
}

const text = { kind: "text" } as const;
const flag = { kind: "flag" } as const;
const webAddress = { kind: "url", schemes: ["http", "https"] } as const;
const port = { kind: "integer", min: 1, max: 65_535 } as const;

const operator = { by: "operator" } as const;
const byTopology = {
  by: "stack",
  because: "the stack sets it as src/contract/topology.ts says",
} as const;
const byMonitoring = {
  by: "stack",
  because: "the stack sets it where tripod:monitoring is on",
} as const;
const byAddress = {
  by: "stack",
  because: "the stack makes it from the producer's address",
} as const;
const bySecret = {
  by: "stack",
  because: "the stack makes passwords itself, and new ones when tripod:passwordVersion is raised",
} as const;
const withoutCallbacks = { by: "nobody", because: "hosts get no secret of callbacks" } as const;
const onlyLocal = { by: "nobody", because: "only npm start reads it" } as const;

const both = ["producer", "worker"] as const;

export const variables = declareVariables({
  REDIS_URL: {
    value: { kind: "url", schemes: ["redis", "rediss"] },
    default: "redis://127.0.0.1:6379",
    meaning: "The broker, as `redis://[user[:password]@]host:port[/database]`.",
    readBy: both,
    onEc2: byTopology,
  },
  REDIS_PASSWORD_FILE: {
    value: text,
    meaning:
      "File that holds the broker's password, instead of writing it into `REDIS_URL`; read again before each attempt to reconnect.",
    readBy: both,
    onEc2: bySecret,
  },
  LISTEN_ADDRESS: {
    value: text,
    default: "127.0.0.1",
    meaning: "Address that every listener binds to.",
    readBy: both,
    onEc2: {
      by: "stack",
      because: "on EC2 services listen on every address, behind security groups",
    },
  },
  ALLOWED_HOSTS: {
    value: text,
    default: "",
    meaning:
      "Further names, with commas between them, under which the listeners are reached; addresses, `localhost` and those of `PUBLIC_URL` and `BOARD_URL` always are.",
    readBy: both,
    onEc2: operator,
  },
  PUBLIC_PORT: {
    value: port,
    default: endpoints.public.localPort,
    meaning: "Task form, status pages and JSON API.",
    readBy: ["producer"],
    onEc2: byTopology,
  },
  BOARD_PORT: {
    value: port,
    default: endpoints.board.localPort,
    meaning: "The operators' console, with Bull Board.",
    readBy: ["producer"],
    onEc2: byTopology,
  },
  PRODUCER_METRICS_PORT: {
    value: port,
    default: endpoints["producer-metrics"].localPort,
    meaning: "The producer's `/metrics`.",
    readBy: ["producer"],
    onEc2: byTopology,
  },
  WORKER_METRICS_PORT: {
    value: port,
    default: endpoints["worker-metrics"].localPort,
    meaning: "The worker's `/metrics`, `/healthz` and `/readyz`.",
    readBy: ["worker"],
    onEc2: byTopology,
  },
  MONITORING: {
    value: flag,
    default: true,
    meaning: "Whether `npm start` also runs Prometheus, Grafana, Tempo and Loki where installed.",
    readBy: [],
    onEc2: { by: "nobody", because: "only npm start reads it; set tripod:monitoring instead" },
  },
  PROMETHEUS_PORT: {
    value: port,
    default: monitoringPorts.prometheus,
    meaning: "Prometheus of `npm start`.",
    readBy: [],
    onEc2: onlyLocal,
  },
  GRAFANA_PORT: {
    value: port,
    default: monitoringPorts.grafana,
    meaning: "Grafana of `npm start`.",
    readBy: [],
    onEc2: onlyLocal,
  },
  BOARD_USER: {
    value: text,
    default: "admin",
    meaning: "Name of the console's administrator, who is an operator.",
    readBy: ["producer"],
    onEc2: operator,
  },
  BOARD_PASSWORD: {
    value: text,
    meaning: "The administrator's password; `npm start` makes one up and prints it.",
    readBy: ["producer"],
    onEc2: bySecret,
  },
  BOARD_PASSWORD_FILE: {
    value: text,
    meaning: "File that holds the administrator's password; read again at each request.",
    readBy: ["producer"],
    onEc2: bySecret,
  },
  USERS_FILE: {
    value: text,
    meaning:
      "File of the console's other users and of tokens, `name:role:hash` in each line, as `npm run user` writes it; need not be there yet, and changes hold within seconds. `npm start` has one among its data.",
    readBy: ["producer"],
    onEc2: { by: "nobody", because: "hosts get no file of users" },
  },
  PUBLIC_ACCESS: {
    value: { kind: "choice", choices: publicAccess },
    default: "open",
    meaning:
      "What those without a token may do on the public listener: submit, and see jobs whose ids they know (`open`); the same once they have signed in as one of the console's users (`signed-in`); or only look at the page of a job (`off`).",
    readBy: ["producer"],
    onEc2: operator,
  },
  BOARD_READ_ONLY: {
    value: flag,
    default: true,
    meaning: "Whether operators can only look, in Bull Board, too.",
    readBy: ["producer"],
    onEc2: operator,
  },
  CALLBACK_SECRET: {
    value: text,
    meaning:
      "Secret that callbacks are signed with: 24 to 64 bytes in Base64, with or without `whsec_` before it, as Standard Webhooks has them; two with a space between them while it is replaced. Without one, `callback_url` is refused.",
    readBy: ["producer"],
    onEc2: withoutCallbacks,
  },
  CALLBACK_SECRET_FILE: {
    value: text,
    meaning: "File that holds it instead; read again for each callback.",
    readBy: ["producer"],
    onEc2: withoutCallbacks,
  },
  CALLBACK_ALLOWED: {
    value: text,
    default: "",
    meaning:
      "Addresses, networks such as `10.0.0.0/8` and names of hosts, with commas between them, that callbacks may reach besides the public internet; these also by plain HTTP and on any port.",
    readBy: ["producer"],
    onEc2: operator,
  },
  PUBLIC_URL: {
    value: webAddress,
    meaning: "Where people find the public listener, for Bull Board's links to a job's page.",
    readBy: ["producer"],
    onEc2: byAddress,
  },
  BOARD_URL: {
    value: webAddress,
    meaning: "Where operators find the console, for the links on a job's page.",
    readBy: ["producer"],
    onEc2: byAddress,
  },
  TRUST_PROXY: {
    value: flag,
    default: false,
    meaning: "Whether `X-Forwarded-For` names the client: only behind a proxy that sets it.",
    readBy: ["producer"],
    onEc2: operator,
  },
  TRUST_TRACEPARENT: {
    value: flag,
    default: false,
    meaning:
      "Whether a request belongs to the trace in its `traceparent`: only where all callers are yours. Otherwise it begins a trace of its own that links to it.",
    readBy: ["producer"],
    onEc2: operator,
  },
  RATE_LIMIT_PER_MINUTE: {
    value: { kind: "integer", min: 1, max: 1_000_000 },
    default: 600,
    meaning: "Submissions a client may make in a minute; more get 429.",
    readBy: ["producer"],
    onEc2: operator,
  },
  READ_LIMIT_PER_MINUTE: {
    value: { kind: "integer", min: 1, max: 1_000_000 },
    default: 3_000,
    meaning:
      "Pages, answers of the API and event streams that a client may ask for in a minute; more get 429. A tab without a stream asks 30 times, and that of a job as often again while its place moves.",
    readBy: ["producer"],
    onEc2: operator,
  },
  MAX_UNFINISHED_PER_CLIENT: {
    value: { kind: "integer", min: 0, max: 10_000 },
    default: 100,
    meaning:
      "Jobs of a client that may wait or run at once; more get 429. 0 sets no limit, and lets each client cancel the jobs of others, for a network in which all are trusted.",
    readBy: ["producer"],
    onEc2: operator,
  },
  MAX_QUEUE_DEPTH: {
    value: { kind: "integer", min: 1, max: 10_000_000 },
    default: 100_000,
    meaning:
      "Waiting jobs of a queue from which on submissions get 503, while jobs and schedules submit theirs later.",
    readBy: ["producer", "worker"],
    onEc2: operator,
  },
  WORKER_QUEUES: {
    value: { kind: "list", choices: Object.keys(queues) },
    meaning: "Queues that a worker takes jobs from, with commas between them; all if not set.",
    readBy: ["worker"],
    onEc2: operator,
  },
  WORKER_CONCURRENCY: {
    value: { kind: "integer", min: 1, max: 1_000 },
    default: 10,
    meaning: "Jobs a worker runs at once of each queue that has no `slots` of its own.",
    readBy: ["worker"],
    onEc2: { by: "stack", because: "set tripod:workerConcurrency instead" },
  },
  WORKER_LOCK_MS: {
    value: { kind: "integer", min: 1_000, max: 600_000 },
    default: 30_000,
    meaning: "Time after which the jobs of a worker that vanished count as stalled.",
    readBy: ["worker"],
    onEc2: operator,
  },
  WORKER_STALLED_CHECK_MS: {
    value: { kind: "integer", min: 100, max: 600_000 },
    default: 5_000,
    meaning: "Time between two looks for stalled jobs.",
    readBy: ["worker"],
    onEc2: operator,
  },
  WORKER_DEADMAN_MS: {
    value: { kind: "integer", min: 1_000, max: 3_600_000 },
    default: 60_000,
    meaning:
      "A worker that starts nothing for so long, although jobs wait and Redis serves it, exits.",
    readBy: ["worker"],
    onEc2: operator,
  },
  WORKER_DRAIN_MS: {
    value: { kind: "integer", min: 0, max: 600_000 },
    default: 45_000,
    meaning: "Time a stopping worker lets its jobs run before it hands them back.",
    readBy: ["worker"],
    onEc2: operator,
  },
  GRAFANA_URL: {
    value: webAddress,
    meaning: "Grafana, for the links to a job's trace and logs.",
    readBy: ["producer"],
    onEc2: byMonitoring,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    value: webAddress,
    meaning:
      "OTLP/HTTP receiver, to whose address `/v1/traces` and `/v1/logs` are added; without any nothing is traced.",
    readBy: both,
    onEc2: byMonitoring,
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    value: webAddress,
    meaning: "Where traces go instead, as the complete address.",
    readBy: both,
    onEc2: byMonitoring,
  },
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: {
    value: webAddress,
    meaning: "Where logs go instead, as the complete address.",
    readBy: both,
    onEc2: byMonitoring,
  },
  TRACES_PER_SECOND: {
    value: { kind: "integer", min: 1, max: 100_000 },
    default: 50,
    meaning: "New traces kept in a second, and as many besides of those that callers have sampled.",
    readBy: both,
    onEc2: operator,
  },
  TRACE_LINK_MODE: {
    value: { kind: "choice", choices: ["auto", "parent", "link"] },
    default: "auto",
    meaning:
      "Whose attempts start a trace of their own, linked to the sender's: those of retries and of jobs delayed for over 5 minutes (`auto`), all (`link`) or none (`parent`).",
    readBy: ["worker"],
    onEc2: operator,
  },
  LOG_LEVEL: {
    value: {
      kind: "choice",
      choices: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
    },
    default: "info",
    meaning: "Least level that is logged.",
    readBy: both,
    onEc2: operator,
  },
  RELEASE_SHA: {
    value: text,
    default: "unknown",
    meaning: "Release that runs, for `taskqueue_build_info`.",
    readBy: both,
    onEc2: { by: "stack", because: "the stack sets it to the checksum of what it has built" },
  },
});
