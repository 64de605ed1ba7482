import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../../service/config.ts";
import { monitoringPorts } from "../../contract/monitoring.ts";
import { serviceNames } from "../../contract/telemetry.ts";
import { findCommand } from "../command-path.js";
import { claimDataFolder } from "../data-folder.ts";
import { createOrigins } from "../origins.ts";
import { findFreePort, findPortProblem, type WantedPort } from "../ports.ts";
import { createNodeExporter, createRedisExporter } from "./exporters.ts";
import { createGrafana, findGrafanaHome } from "./grafana.ts";
import type { Watcher } from "./watcher.ts";
import { createLoki } from "./loki.ts";
import { createPrometheus } from "./prometheus.ts";
import { createTempo } from "./tempo.ts";

/** What watches the queue on this machine: as much of it as is installed. */
export interface Monitoring {
  readonly watchers: readonly Watcher[];
  /** What producer and worker get, so that they send there and link to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Addresses of the pages for people; `undefined` for what is not started. */
  readonly pages: {
    readonly prometheus?: string | undefined;
    readonly grafana?: string | undefined;
  };
  /** What is installed but not started, and why. */
  readonly remarks: readonly string[];
}

export interface MonitoringDeps {
  readonly config: Pick<
    Config,
    "monitoring" | "listenAddress" | "ports" | "publicUrl" | "boardUrl" | "grafanaUrl" | "otlp"
  >;
  /** The broker, for its exporter. */
  readonly redis: Config["redis"];
  readonly dataFolder: string;
  readonly path: string | undefined;
  /** Ports of the services, which come first. */
  readonly servicePorts: readonly WantedPort[];
}

/** Makes something of an installed program and its own folder; `undefined` without it, or with a remark. */
type Prepare = <T>(
  name: string,
  commands: readonly string[],
  make: (found: { binary: string; folder: string }) => Promise<T>,
) => Promise<T | undefined>;

/**
 * Finds the programs on the PATH and reserves what they need. It never throws, as the queue does
 * without any of them: what cannot be had is a remark.
 */
export async function prepareMonitoring(deps: MonitoringDeps): Promise<Monitoring> {
  const { config } = deps;
  if (!config.monitoring) return { watchers: [], env: {}, pages: {}, remarks: [] };
  const remarks: string[] = [];
  const prepare = createPrepare(deps, remarks);

  const prometheus = await prepare("prometheus", ["prometheus"], async (found) => {
    const port = await reservePort(deps, "prometheus");
    const exporters = await prepareExporters(deps);
    // Without a Grafana of ours there may be somebody else's at the port.
    const grafanaUrl = config.grafanaUrl ?? `http://localhost:${config.ports.grafana}`;
    const addresses = { targets: createTargets(config, exporters), pages: createPages(config) };
    const watcher = createPrometheus({ ...found, port, addresses, grafanaUrl });
    return {
      url: `http://localhost:${port}`,
      watchers: [
        watcher,
        ...Object.values(exporters).flatMap((exporter) => exporter?.watcher ?? []),
      ],
    };
  });
  const tempo = await prepare("tempo", ["tempo"], async (found) => {
    const ports = { http: await findFreePort(), grpc: await findFreePort() };
    const otlp = await findFreePort();
    return {
      port: ports.http,
      otlp,
      watcher: createTempo({ ...found, ports: { ...ports, otlp }, prometheus: prometheus?.url }),
    };
  });
  const loki = await prepare("loki", ["loki"], async (found) => {
    const ports = { http: await findFreePort(), grpc: await findFreePort() };
    return { port: ports.http, watcher: createLoki({ ...found, ports }) };
  });
  const grafana = await prepare("grafana", ["grafana", "grafana-server"], async (found) => {
    const port = await reservePort(deps, "grafana");
    const home = findGrafanaHome(found.binary);
    if (home === undefined) throw new Error(`no "conf/defaults.ini" belongs to "${found.binary}"`);
    const ports = {
      prometheus: config.ports.prometheus,
      tempo: tempo?.port ?? monitoringPorts.tempo,
      loki: loki?.port ?? monitoringPorts.loki,
    };
    const adminPassword = randomBytes(24).toString("base64url");
    const watcher = createGrafana({ ...found, home, port, ports, adminPassword });
    return { url: `http://localhost:${port}`, watcher };
  });

  return {
    watchers: [
      ...(prometheus?.watchers ?? []),
      ...[tempo, loki, grafana].flatMap((prepared) => prepared?.watcher ?? []),
    ],
    env: {
      ...(tempo !== undefined &&
        config.otlp.traces === undefined && {
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${tempo.otlp}/v1/traces`,
        }),
      ...(loki !== undefined &&
        config.otlp.logs === undefined && {
          OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${loki.port}/otlp/v1/logs`,
        }),
      // A job's page links to its trace and to its logs.
      ...(grafana !== undefined &&
        tempo !== undefined &&
        loki !== undefined &&
        config.grafanaUrl === undefined && { GRAFANA_URL: grafana.url }),
    },
    pages: { prometheus: prometheus?.url, grafana: grafana?.url },
    remarks,
  };
}

function createPrepare({ dataFolder, path }: MonitoringDeps, remarks: string[]): Prepare {
  return async (name, commands, make) => {
    const binary = findCommand(commands, path);
    if (binary === undefined) return undefined;
    try {
      const folder = join(dataFolder, name);
      await claimDataFolder(folder);
      return await make({ binary, folder });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      remarks.push(`${name} is not started: ${reason}`);
      return undefined;
    }
  };
}

/** The port of a program with pages for people; throws why it cannot be had. */
async function reservePort(
  { config, servicePorts }: MonitoringDeps,
  name: "prometheus" | "grafana",
): Promise<number> {
  const wanted = {
    port: config.ports[name],
    purpose: name,
    variable: `${name.toUpperCase()}_PORT`,
  };
  const problem = await findPortProblem(wanted, servicePorts, "127.0.0.1");
  if (problem !== undefined) throw new Error(problem);
  return wanted.port;
}

interface Exporter {
  readonly watcher: Watcher;
  readonly port: number;
}

/** Exporters on free ports: a machine's own ones have the customary ports, and watch something else. */
async function prepareExporters({ redis, path }: MonitoringDeps) {
  const prepare = async (
    commands: readonly string[],
    create: (binary: string, port: number) => Watcher,
  ): Promise<Exporter | undefined> => {
    const binary = findCommand(commands, path);
    if (binary === undefined) return undefined;
    const port = await findFreePort();
    return { port, watcher: create(binary, port) };
  };
  return {
    redis: await prepare(["prometheus-redis-exporter", "redis_exporter"], (binary, port) =>
      createRedisExporter(binary, port, redis),
    ),
    node: await prepare(["prometheus-node-exporter", "node_exporter"], createNodeExporter),
  };
}

function createTargets(
  config: MonitoringDeps["config"],
  exporters: Record<"redis" | "node", Exporter | undefined>,
) {
  const origins = createOrigins(config);
  const targetOf = (exporter: Exporter | undefined) => exporter && `localhost:${exporter.port}`;
  return {
    [serviceNames.producer]: new URL(origins.producerMetrics).host,
    [serviceNames.worker]: new URL(origins.workerMetrics).host,
    redis: targetOf(exporters.redis),
    node: targetOf(exporters.node),
  };
}

function createPages(config: MonitoringDeps["config"]) {
  const origins = createOrigins(config);
  return { public: config.publicUrl ?? origins.public, board: config.boardUrl ?? origins.board };
}
