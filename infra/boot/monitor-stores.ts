import { createLokiConfiguration } from "../../dashboards/stack/loki.ts";
import { createTempoConfiguration } from "../../dashboards/stack/tempo.ts";
import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { endpoints, network } from "../../src/contract/topology.ts";
import { grafanaPackages } from "./grafana-repository.ts";
import { monitorData } from "./monitor-units.ts";

/** Loki's configuration on the monitor host, with its data on the volume. */
export const lokiConfiguration = createLokiConfiguration({
  // Grafana asks it there; the services only push, through the log gate.
  listen: { http: { address: "127.0.0.1", port: monitoringPorts.loki }, grpcPort: 9096 },
  folder: `${monitorData}/loki`,
});

/** Tempo's configuration on the monitor host, with its data on the volume. */
export const tempoConfiguration = createTempoConfiguration({
  listen: { http: { address: "127.0.0.1", port: monitoringPorts.tempo }, grpcPort: 9095 },
  otlp: `${network.monitorAddress}:${endpoints.traces.port}`,
  folder: `${monitorData}/tempo`,
  prometheus: `http://127.0.0.1:${monitoringPorts.prometheus}`,
  version: Number.parseInt(grafanaPackages.tempo, 10),
});
