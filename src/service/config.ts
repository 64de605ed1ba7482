import { readFileSync } from "node:fs";
import { z } from "zod";
import { monitoringPorts } from "../contract/monitoring.ts";
import { services } from "../contract/topology.ts";

const port = (fallback: number) => integer(1, 65_535).default(fallback);

/** The environment of every process: what a variable means, and what it is when it is not set. */
const schema = z.object({
  REDIS_URL: url("redis", "rediss")
    .default("redis://127.0.0.1:6379")
    .describe("The broker, as `redis://[user[:password]@]host:port[/database]`."),
  REDIS_PASSWORD_FILE: text()
    .optional()
    .describe("File that holds the broker's password, instead of writing it into `REDIS_URL`."),
  LISTEN_ADDRESS: text().default("127.0.0.1").describe("Address that every listener binds to."),
  PUBLIC_PORT: port(services.public.localPort).describe("Task form, status pages and JSON API."),
  BOARD_PORT: port(services.board.localPort).describe("Bull Board."),
  PRODUCER_METRICS_PORT: port(services["producer-metrics"].localPort).describe(
    "The producer's `/metrics`.",
  ),
  WORKER_METRICS_PORT: port(services["worker-metrics"].localPort).describe(
    "The worker's `/metrics`, `/healthz` and `/readyz`.",
  ),
  MONITORING: flag()
    .default(true)
    .describe("Whether `npm start` also runs Prometheus, Grafana, Tempo and Loki where installed."),
  PROMETHEUS_PORT: port(monitoringPorts.prometheus).describe("Prometheus of `npm start`."),
  GRAFANA_PORT: port(monitoringPorts.grafana).describe("Grafana of `npm start`."),
  BOARD_USER: text().default("admin").describe("Bull Board's login."),
  BOARD_PASSWORD: text()
    .optional()
    .describe("Bull Board's password; `npm start` makes one up and prints it."),
  BOARD_PASSWORD_FILE: text().optional().describe("File that holds Bull Board's password."),
  BOARD_READ_ONLY: flag().default(true).describe("Whether Bull Board can only look."),
  PUBLIC_URL: url("http", "https")
    .optional()
    .describe("Where people find the public listener, for Bull Board's links to a job's page."),
  BOARD_URL: url("http", "https")
    .optional()
    .describe("Where administrators find Bull Board, for the links on a job's page."),
  TRUST_PROXY: flag()
    .default(false)
    .describe("Whether `X-Forwarded-For` names the client: only behind a proxy that sets it."),
  RATE_LIMIT_PER_MINUTE: integer(1, 1_000_000)
    .default(600)
    .describe("Submissions a client may make in a minute; more get 429."),
  MAX_QUEUE_DEPTH: integer(1, 10_000_000)
    .default(100_000)
    .describe("Waiting jobs from which on submissions get 503."),
  WORKER_CONCURRENCY: integer(1, 1_000).default(10).describe("Jobs a worker runs at once."),
  WORKER_LOCK_MS: integer(1_000, 600_000)
    .default(30_000)
    .describe("Time after which the jobs of a worker that vanished count as stalled."),
  WORKER_STALLED_CHECK_MS: integer(100, 600_000)
    .default(5_000)
    .describe("Time between two looks for stalled jobs."),
  WORKER_DEADMAN_MS: integer(1_000, 3_600_000)
    .default(60_000)
    .describe("A worker that starts nothing for so long, although jobs wait, exits."),
  WORKER_DRAIN_MS: integer(0, 600_000)
    .default(45_000)
    .describe("Time a stopping worker lets its jobs run before it hands them back."),
  GRAFANA_URL: url("http", "https")
    .optional()
    .describe("Grafana, for the links to a job's trace and logs."),
  OTEL_EXPORTER_OTLP_ENDPOINT: url("http", "https")
    .optional()
    .describe(
      "OTLP/HTTP receiver, to whose address `/v1/traces` and `/v1/logs` are added; without any nothing is traced.",
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url("http", "https")
    .optional()
    .describe("Where traces go instead, as the complete address."),
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: url("http", "https")
    .optional()
    .describe("Where logs go instead, as the complete address."),
  TRACES_PER_SECOND: integer(1, 100_000)
    .default(50)
    .describe("New traces kept in a second; what a caller has sampled is kept besides."),
  TRACE_LINK_MODE: z
    .enum(["auto", "parent", "link"], {
      error: ({ input }) => `expected "auto", "parent" or "link", got "${String(input)}"`,
    })
    .default("auto")
    .describe(
      "Whose attempts start a trace of their own, linked to the sender's: those of retries and of jobs delayed for over 5 minutes (`auto`), all (`link`) or none (`parent`).",
    ),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("Least level that is logged."),
  RELEASE_SHA: text().default("unknown").describe("Release that runs, for `taskqueue_build_info`."),
});

export interface Config {
  readonly redis: { readonly url: string; readonly password: string | undefined };
  readonly listenAddress: string;
  readonly ports: {
    readonly public: number;
    readonly board: number;
    readonly producerMetrics: number;
    readonly workerMetrics: number;
    readonly prometheus: number;
    readonly grafana: number;
  };
  /** Whether the local launcher runs what watches the queue. */
  readonly monitoring: boolean;
  readonly board: {
    readonly user: string;
    readonly password: string | undefined;
    readonly readOnly: boolean;
  };
  readonly limits: {
    readonly trustProxy: boolean;
    /** Submissions per client. */
    readonly ratePerMinute: number;
    /** Waiting jobs. */
    readonly queueDepth: number;
  };
  readonly worker: {
    readonly concurrency: number;
    readonly lockMs: number;
    readonly stalledCheckMs: number;
    readonly deadmanMs: number;
    readonly drainMs: number;
    /** Which attempts start a trace of their own. */
    readonly traceLinkMode: "auto" | "parent" | "link";
  };
  /** Without a slash at the end, as the other addresses. */
  readonly publicUrl: string | undefined;
  readonly boardUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  /** Complete addresses, each for itself; `undefined` where nothing is sent. */
  readonly otlp: { readonly traces: string | undefined; readonly logs: string | undefined };
  readonly tracesPerSecond: number;
  readonly logLevel: string;
  readonly releaseSha: string;
}

/** Each variable with its default and meaning, in the order of the README's table. */
export const variables = Object.entries(schema.shape).map(([name, field]) => ({
  name,
  fallback: field.safeParse(undefined).data,
  meaning: field.description ?? "",
}));

/**
 * Reads the environment and the secret files it names; an empty variable counts as not set.
 * Throws one error that lists every problem.
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.entries(environment).filter(([, value]) => value !== "");
  const parsed = schema.safeParse(Object.fromEntries(set));
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);

  const secret = (name: "REDIS_PASSWORD_FILE" | "BOARD_PASSWORD_FILE") => {
    const path = environment[name];
    if (path === undefined || path === "") return undefined;
    try {
      return readFileSync(path, "utf8").trim();
    } catch (error) {
      problems.push(
        `${name}: cannot read "${path}" (${error instanceof Error ? error.message : String(error)})`,
      );
      return undefined;
    }
  };
  const redisPassword = secret("REDIS_PASSWORD_FILE");
  const boardPassword = secret("BOARD_PASSWORD_FILE");

  if (!parsed.success || problems.length > 0) {
    throw new Error(`the environment is not usable:\n  ${problems.join("\n  ")}`);
  }
  const e = parsed.data;
  const otlpBase = withoutSlash(e.OTEL_EXPORTER_OTLP_ENDPOINT);
  const otlpAt = (path: string) => (otlpBase === undefined ? undefined : `${otlpBase}${path}`);
  return Object.freeze({
    redis: { url: e.REDIS_URL, password: redisPassword },
    listenAddress: e.LISTEN_ADDRESS,
    ports: {
      public: e.PUBLIC_PORT,
      board: e.BOARD_PORT,
      producerMetrics: e.PRODUCER_METRICS_PORT,
      workerMetrics: e.WORKER_METRICS_PORT,
      prometheus: e.PROMETHEUS_PORT,
      grafana: e.GRAFANA_PORT,
    },
    monitoring: e.MONITORING,
    board: {
      user: e.BOARD_USER,
      password: boardPassword ?? e.BOARD_PASSWORD,
      readOnly: e.BOARD_READ_ONLY,
    },
    limits: {
      trustProxy: e.TRUST_PROXY,
      ratePerMinute: e.RATE_LIMIT_PER_MINUTE,
      queueDepth: e.MAX_QUEUE_DEPTH,
    },
    worker: {
      concurrency: e.WORKER_CONCURRENCY,
      lockMs: e.WORKER_LOCK_MS,
      stalledCheckMs: e.WORKER_STALLED_CHECK_MS,
      deadmanMs: e.WORKER_DEADMAN_MS,
      drainMs: e.WORKER_DRAIN_MS,
      traceLinkMode: e.TRACE_LINK_MODE,
    },
    publicUrl: withoutSlash(e.PUBLIC_URL),
    boardUrl: withoutSlash(e.BOARD_URL),
    grafanaUrl: withoutSlash(e.GRAFANA_URL),
    otlp: {
      traces: e.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? otlpAt("/v1/traces"),
      logs: e.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT ?? otlpAt("/v1/logs"),
    },
    tracesPerSecond: e.TRACES_PER_SECOND,
    logLevel: e.LOG_LEVEL,
    releaseSha: e.RELEASE_SHA,
  });
}

/** The environment for code that is not to know our secrets: without our variables and OpenTelemetry's. */
export function withoutOwnVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !Object.hasOwn(schema.shape, name) && !name.startsWith("OTEL_"),
  );
  return Object.fromEntries(kept);
}

function withoutSlash(address: string | undefined): string | undefined {
  return address?.replace(/\/+$/, "");
}

function text() {
  return z.string().min(1);
}

function integer(least: number, most: number) {
  return z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, {
      error: ({ input }) =>
        `expected a whole number from ${least} to ${most}, got "${String(input)}"`,
    })
    .transform(Number);
}

function flag() {
  return z
    .enum(["true", "false"], {
      error: ({ input }) => `expected "true" or "false", got "${String(input)}"`,
    })
    .transform((value) => value === "true");
}

function url(...schemes: string[]) {
  return z
    .string()
    .refine((value) => schemes.includes(URL.parse(value)?.protocol.slice(0, -1) ?? ""), {
      error: `expected a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    });
}
