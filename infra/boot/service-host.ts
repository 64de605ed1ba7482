import { variables } from "../../src/contract/environment.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import { createBootEnvironment, type ReleasedHost } from "./boot-environment.ts";
import { type BootFile, createUserData } from "./cloud-config.ts";
import { createEnvironmentFile } from "./environment-file.ts";
import { createFirstBoot, firstBootCommand } from "./first-boot.ts";
import { createNodeExporter, nodeExporterPackage } from "./node-exporter.ts";
import type { RedisUser } from "./redis-users.ts";
import { releaseFetch } from "./release-fetch.ts";
import { createInstallation, retry } from "./script.ts";
import { createSecretFetch } from "./secret-fetch.ts";
import { applySystemFiles, createSystemFiles } from "./system-files.ts";
import { createHardening, createUnit } from "./unit.ts";

export interface ServiceHost extends ReleasedHost {
  /** Also its user in Redis. */
  readonly service: Exclude<RedisUser, "monitor">;
  /** Secret's name on the host -> name of its SSM parameter. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** Whether a monitor host watches this one. */
  readonly monitored: boolean;
  /** Further variables of the service's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** User data of a producer or worker: fetches and verifies the release, and keeps it running. */
export function createServiceUserData(host: ServiceHost): string {
  return createUserData({
    user: "tripod",
    files: createServiceFiles(host),
    command: firstBootCommand,
  });
}

function createServiceFiles(host: ServiceHost): BootFile[] {
  return [
    ...createSystemFiles(),
    createBootEnvironment(host),
    {
      path: "/etc/tripod/service.env",
      mode: "0644",
      content: createEnvironmentFile(createEnvironment(host)),
    },
    {
      path: `/etc/systemd/system/tripod-${host.service}.service`,
      mode: "0644",
      content: createServiceUnit(host),
    },
    ...createSecretFetch(host.secrets),
    releaseFetch,
    // The host learns its private address too late for a file, so the exporter listens on all.
    ...(host.monitored ? [createNodeExporter("")] : []),
    ...createFirstBoot(`
${retry}
${applySystemFiles}
${createInstallation(["awscli", ...(host.monitored ? [nodeExporterPackage] : []), "unattended-upgrades"])}
/usr/local/sbin/tripod-release
systemctl enable --now tripod-${host.service}
`),
  ];
}

function createEnvironment({
  service,
  releaseSha,
  concurrency,
  monitored,
  environment,
}: ServiceHost) {
  const monitor = `http://${network.monitorAddress}`;
  return {
    REDIS_URL: `redis://${service}@${network.redisAddress}:${endpoints.redis.port}`,
    LISTEN_ADDRESS: "0.0.0.0",
    PUBLIC_PORT: String(endpoints.public.port),
    BOARD_PORT: String(endpoints.board.port),
    PRODUCER_METRICS_PORT: String(endpoints["producer-metrics"].port),
    WORKER_METRICS_PORT: String(endpoints["worker-metrics"].port),
    WORKER_CONCURRENCY: String(concurrency),
    RELEASE_SHA: releaseSha,
    ...(monitored && {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${monitor}:${endpoints.traces.port}/v1/traces`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${monitor}:${endpoints.logs.port}/otlp/v1/logs`,
    }),
    ...environment,
  };
}

/** A worker gives up by itself 10 s after the time that it lets its jobs run, the producer sooner. */
function createStopSeconds({ environment = {} }: ServiceHost): number {
  const drainMs = Number(environment["WORKER_DRAIN_MS"] ?? variables.WORKER_DRAIN_MS.default);
  return Math.ceil(drainMs / 1_000) + 15;
}

/** Processes and threads of a service by itself; a worker has some ten. */
const ownTasks = 512;

/**
 * Those of an isolated task's process: 7 as Node.js 24.21 starts (/proc/PID/status), 4 of libuv's once
 * it reads a file, and some for what the task itself starts.
 */
const tasksPerJob = 16;

function createTasksMax({ service, concurrency }: ServiceHost): number {
  return service === "worker" ? ownTasks + tasksPerJob * concurrency : ownTasks;
}

function createServiceUnit(host: ServiceHost): string {
  const { service, secrets } = host;
  return createUnit({
    unit: [
      ["Description", `Tripod's ${service}`],
      ["Wants", "network-online.target"],
      ["After", "network-online.target tripod-secrets.service"],
      ["Requires", "tripod-secrets.service"],
      ["StartLimitIntervalSec", "0"],
    ],
    service: [
      ["Type", "exec"],
      ["User", "tripod"],
      ["Group", "tripod"],
      ["WorkingDirectory", "/opt/tripod/current"],
      ["EnvironmentFile", "/etc/tripod/service.env"],
      ...Object.keys(secrets).flatMap((name) => [
        ["LoadCredential", `${name}:/run/tripod/${name}`] as const,
        ["Environment", `${name.replaceAll("-", "_").toUpperCase()}_FILE=%d/${name}`] as const,
      ]),
      ["ExecStart", `/opt/tripod/current/node src/${service}/main.ts`],
      ["Restart", "always"],
      ["RestartSec", "2"],
      ["KillMode", "mixed"],
      ["TimeoutStopSec", String(createStopSeconds(host))],
      ["LimitNOFILE", "65536"],
      ["MemoryMax", "75%"],
      // Memory that runs out ends an isolated task's process, which the worker answers for.
      ["OOMPolicy", "continue"],
      ["TasksMax", String(createTasksMax(host))],
      ...(service === "producer"
        ? createHardening("CAP_NET_BIND_SERVICE")
        : // A group of its own for each isolated task, to kill all that it has started.
          [["Delegate", "yes"] as const, ...createHardening("none", ["groups"])]),
    ],
    wantedBy: "multi-user.target",
  });
}
