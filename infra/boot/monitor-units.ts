import { createGrafanaVariables } from "../../dashboards/stack/grafana.ts";
import {
  createPrometheusOptions,
  createPrometheusVariables,
} from "../../dashboards/stack/prometheus.ts";
import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import type { BootFile } from "./cloud-config.ts";
import { createEnvironmentFile } from "./environment-file.ts";
import { createLogGate } from "./log-gate.ts";
import { createNodeExporter } from "./node-exporter.ts";
import type { RedisUser } from "./redis-users.ts";
import { createScript } from "./script.ts";
import { createDropIn, createHardening } from "./unit.ts";

/** What the monitor's programs must know of their stack. */
export interface MonitorValues {
  readonly volumeGiB: number;
  /** Where the administrator's browser finds Grafana. */
  readonly grafanaUrl: string;
}

/** Folder of the volume; each program has one of its own in it. */
export const monitorData = "/var/lib/tripod";

/** Where the host unpacks its release. */
export const monitorRelease = "/opt/tripod/current";

// Four programs share the host: none of them may take the memory of the others.
const mostMemoryPercent = 40;
const always = [
  ["Restart", "always"],
  ["RestartSec", "2"],
  ["MemoryMax", `${mostMemoryPercent}%`],
] as const;

/** Prometheus, with the configuration and the rules of the release. */
export function createPrometheus({ grafanaUrl, volumeGiB }: MonitorValues): BootFile {
  const options = createPrometheusOptions({
    config: `${monitorRelease}/prometheus.yaml`,
    folder: `${monitorData}/prometheus`,
    port: monitoringPorts.prometheus,
    // Tempo and Loki know no bound in bytes, so they get the larger part.
    maxGB: Math.floor(volumeGiB / 4),
  });
  return createDropIn("prometheus", {
    unit: [...needsVolume, ["StartLimitIntervalSec", "0"]],
    service: [
      ["User", "prometheus"],
      ["StateDirectory", "tripod/prometheus"],
      ...createEnvironment(createPrometheusVariables(grafanaUrl)),
      ["ExecStart", ""],
      ["ExecStart", `/usr/bin/prometheus ${options.join(" ")}`],
      ...always,
      // It finds the hosts by asking EC2, in the name of this host's role.
      ...createHardening("none", ["interfaces", "metadata"]),
    ],
  });
}

const needsVolume = [
  ["Requires", "tripod-data.service"],
  ["After", "tripod-data.service network-online.target"],
  ["Wants", "network-online.target"],
] as const;

const needsSecrets = [
  ["Requires", "tripod-secrets.service"],
  ["After", "tripod-secrets.service"],
] as const;

const exporterUser: RedisUser = "monitor";
const redisAddress = `${network.redisAddress}:${endpoints.redis.port}`;

function createRedisExporter(): BootFile {
  const options = [
    `-redis.addr=redis://${redisAddress}`,
    `-redis.user=${exporterUser}`,
    "-redis.password-file=/run/tripod-exporter/login.json",
    // Its user may not read the configuration, and INFO tells what the dashboards need.
    "-config-command=-",
    `-web.listen-address=127.0.0.1:${monitoringPorts.redisExporter}`,
  ];
  return createDropIn("prometheus-redis-exporter", {
    unit: [...needsSecrets, ["StartLimitIntervalSec", "0"]],
    service: [
      ["User", "prometheus"],
      ["RuntimeDirectory", "tripod-exporter"],
      ["RuntimeDirectoryMode", "0700"],
      ["LoadCredential", "exporter-password:/run/tripod/exporter-password"],
      ["ExecStartPre", "/usr/local/sbin/tripod-exporter-login"],
      ["ExecStart", ""],
      ["ExecStart", `/usr/bin/prometheus-redis-exporter ${options.join(" ")}`],
      ...always,
      ...createHardening("none"),
    ],
  });
}

const memoryFile = "/run/tripod-stores.env";

/**
 * Tells a Go program that does not look for its bound by itself to collect garbage in time, before
 * the kernel ends it; anew at each start, as the host may have become another size.
 */
const collectInTime = [
  [
    "ExecStartPre",
    `+/bin/sh -c "awk '/^MemTotal/ { printf \\"GOMEMLIMIT=%%dKiB\\\\n\\", $$2 * ${(mostMemoryPercent * 0.9) / 100} }' /proc/meminfo > ${memoryFile}"`,
  ],
  // Not there yet for the line above, which is told the environment, too.
  ["EnvironmentFile", `-${memoryFile}`],
] as const;

/** Loki or Tempo, started as its package does: the boot script puts our configuration in its place. */
function createStore(name: "loki" | "tempo"): BootFile {
  return createDropIn(name, {
    unit: [...needsVolume, ["StartLimitIntervalSec", "0"]],
    service: [
      ["User", name],
      ["StateDirectory", `tripod/${name}`],
      ...collectInTime,
      ...always,
      ...createHardening("none", ["host", "interfaces"]),
    ],
  });
}

const grafana = {
  listen: { address: "0.0.0.0", port: endpoints.grafana.port },
  provisioning: `${monitorRelease}/grafana`,
  dashboards: monitorRelease,
  // Grafana itself reads the file, so that no environment holds the password.
  adminPassword: "$__file{%d/grafana-password}",
  open: false,
} as const;

/** Grafana's settings that are the same in every stack, in a file of the release. */
export const grafanaFile = "grafana.env";
const {
  GF_SERVER_ROOT_URL: _url,
  GF_SECURITY_ADMIN_PASSWORD: _password,
  ...commonVariables
} = createGrafanaVariables({ ...grafana, url: "http://localhost" });
export const grafanaEnvironment = createEnvironmentFile(commonVariables);

/** Grafana, started as its package does; with our settings in its environment. */
export function createGrafana({ grafanaUrl }: MonitorValues): BootFile {
  const { GF_SERVER_ROOT_URL, GF_SECURITY_ADMIN_PASSWORD } = createGrafanaVariables({
    ...grafana,
    url: grafanaUrl,
  });
  return createDropIn("grafana-server", {
    unit: [...needsSecrets, ["StartLimitIntervalSec", "0"]],
    service: [
      ["User", "grafana"],
      ["StateDirectory", "grafana"],
      ["LogsDirectory", "grafana"],
      ["RuntimeDirectory", "grafana"],
      ["LoadCredential", "grafana-password:/run/tripod/grafana-password"],
      ["EnvironmentFile", `${monitorRelease}/${grafanaFile}`],
      ...createEnvironment({ GF_SERVER_ROOT_URL, GF_SECURITY_ADMIN_PASSWORD }),
      ...always,
      ...createHardening("none", ["host", "interfaces"]),
    ],
  });
}

function createEnvironment(variables: Readonly<Record<string, string>>) {
  return Object.entries(variables).map(
    ([name, value]) => ["Environment", `${name}=${value}`] as const,
  );
}

/** The exporter reads a password only as JSON; a generated one needs no escapes. */
export const exporterLogin: BootFile = {
  path: "/usr/local/sbin/tripod-exporter-login",
  mode: "0755",
  content: createScript(`
umask 077
password=$(cat "$CREDENTIALS_DIRECTORY/exporter-password")
echo "{\\"redis://${exporterUser}@${redisAddress}\\":\\"$password\\"}" > "$RUNTIME_DIRECTORY/login.json"
`),
};

/** Units that are the same in every stack; they come with the release, for user data is short. */
export const commonUnits: readonly BootFile[] = [
  createRedisExporter(),
  createNodeExporter("127.0.0.1"),
  createStore("loki"),
  createStore("tempo"),
  createLogGate(monitorRelease),
];
