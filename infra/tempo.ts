import { monitoringPorts } from "../src/contract/monitoring.ts";
import { network, services } from "../src/contract/topology.ts";
import { monitorData } from "./boot/monitor-units.ts";
import { retention } from "./loki.ts";

const folder = `${monitorData}/tempo`;

/** Tempo in one process, with its data on the monitor's volume. */
export function createTempoConfiguration() {
  return {
    stream_over_http_enabled: true,
    server: {
      http_listen_address: "127.0.0.1",
      http_listen_port: monitoringPorts.tempo,
      log_level: "warn",
    },
    distributor: {
      receivers: {
        otlp: {
          protocols: { http: { endpoint: `${network.monitorAddress}:${services.traces.port}` } },
        },
      },
    },
    compactor: { compaction: { block_retention: retention } },
    storage: {
      trace: {
        backend: "local",
        wal: { path: `${folder}/wal` },
        local: { path: `${folder}/blocks` },
      },
    },
    // The journey's map of services is drawn from these counts.
    metrics_generator: {
      storage: {
        path: `${folder}/generator`,
        remote_write: [{ url: `http://127.0.0.1:${monitoringPorts.prometheus}/api/v1/write` }],
      },
    },
    overrides: { defaults: { metrics_generator: { processors: ["service-graphs"] } } },
    usage_report: { reporting_enabled: false },
  };
}
