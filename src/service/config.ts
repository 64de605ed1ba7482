import type { PublicAccess } from "../contract/public-access.ts";
import { environmentSchema } from "./environment.ts";
import { readHostNames } from "./known-hosts.ts";
import { loadSecret } from "./secret-file.ts";

export interface Config {
  readonly redis: {
    readonly url: string;
    readonly password: string | undefined;
    /** Where the password comes from, if from a file: it may be corrected or changed there. */
    readonly passwordFile?: string | undefined;
  };
  readonly listenAddress: string;
  /** Names, without ports, that a request's `Host` may have besides addresses and `localhost`. */
  readonly hostNames: readonly string[];
  /** Whether its ports may still be those of a process that it follows; not if not given. */
  readonly sharesPorts?: boolean;
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
    /** Where the password comes from, if from a file: it may be corrected or changed there. */
    readonly passwordFile?: string | undefined;
    readonly readOnly: boolean;
    /** Where those are listed who may sign in beside that user. */
    readonly usersFile?: string | undefined;
  };
  /** What strangers may do on the public listener. */
  readonly publicAccess: PublicAccess;
  readonly callbacks: {
    readonly secret: {
      /** What requests are signed with; without it there are none. */
      readonly password: string | undefined;
      /** Where it comes from, if from a file: it may be replaced there. */
      readonly passwordFile?: string | undefined;
    };
    /** What may be called besides the public internet, as `CALLBACK_ALLOWED` lists it. */
    readonly allowed: string;
  };
  readonly limits: {
    readonly trustProxy: boolean;
    /** Whether a request belongs to the trace that it names. */
    readonly trustTraceparent: boolean;
    /** Submissions per client. */
    readonly ratePerMinute: number;
    /** Of everything else that a client asks for. */
    readonly readsPerMinute: number;
    /** Jobs per client that have not ended; 0 for any number. */
    readonly unfinishedPerClient: number;
    /** Waiting jobs. */
    readonly queueDepth: number;
  };
  readonly worker: {
    /** Names of the queues that it takes jobs from; all if not given. */
    readonly queues?: readonly string[] | undefined;
    /** Jobs at once of a queue that does not say itself. */
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

/**
 * Reads the environment and the secret files it names; an empty variable counts as not set.
 * Throws one error that lists every problem, such as no password for Bull Board where one is needed.
 */
export function loadConfig(
  environment: NodeJS.ProcessEnv,
  { needsBoardPassword = false }: { readonly needsBoardPassword?: boolean } = {},
): Config {
  const set = Object.entries(environment).filter(([, value]) => value !== "");
  const parsed = environmentSchema.safeParse(Object.fromEntries(set));
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);

  const secret = (name: "REDIS_PASSWORD_FILE" | "BOARD_PASSWORD_FILE" | "CALLBACK_SECRET_FILE") => {
    const path = environment[name];
    if (path === undefined || path === "") return undefined;
    try {
      const password = loadSecret(path);
      return { path, password };
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  if (needsBoardPassword && !environment["BOARD_PASSWORD"] && !environment["BOARD_PASSWORD_FILE"]) {
    problems.push("BOARD_PASSWORD: expected a password for Bull Board");
  }
  const redisSecret = secret("REDIS_PASSWORD_FILE");
  const boardSecret = secret("BOARD_PASSWORD_FILE");
  const callbackSecret = secret("CALLBACK_SECRET_FILE");

  if (!parsed.success || problems.length > 0) {
    throw new Error(`the environment is not usable:\n  ${problems.join("\n  ")}`);
  }
  const e = parsed.data;
  const otlpBase = withoutSlash(e.OTEL_EXPORTER_OTLP_ENDPOINT);
  const otlpAt = (path: string) => (otlpBase === undefined ? undefined : `${otlpBase}${path}`);
  return Object.freeze({
    redis: {
      url: e.REDIS_URL,
      password: redisSecret?.password,
      passwordFile: redisSecret?.path,
    },
    listenAddress: e.LISTEN_ADDRESS,
    hostNames: readHostNames([e.PUBLIC_URL, e.BOARD_URL], e.ALLOWED_HOSTS),
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
      readOnly: e.BOARD_READ_ONLY,
      usersFile: e.USERS_FILE,
      password: boardSecret?.password ?? e.BOARD_PASSWORD,
      passwordFile: boardSecret?.path,
    },
    publicAccess: e.PUBLIC_ACCESS,
    callbacks: {
      secret: {
        password: callbackSecret?.password ?? e.CALLBACK_SECRET,
        passwordFile: callbackSecret?.path,
      },
      allowed: e.CALLBACK_ALLOWED,
    },
    limits: {
      trustProxy: e.TRUST_PROXY,
      trustTraceparent: e.TRUST_TRACEPARENT,
      ratePerMinute: e.RATE_LIMIT_PER_MINUTE,
      readsPerMinute: e.READ_LIMIT_PER_MINUTE,
      unfinishedPerClient: e.MAX_UNFINISHED_PER_CLIENT,
      queueDepth: e.MAX_QUEUE_DEPTH,
    },
    worker: {
      queues: e.WORKER_QUEUES,
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

function withoutSlash(address: string | undefined): string | undefined {
  return address?.replace(/\/+$/, "");
}
