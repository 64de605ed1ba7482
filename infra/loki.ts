import { services } from "../src/contract/topology.ts";
import { monitorData } from "./boot/monitor-units.ts";

/** As long as a failed job is kept: its trace and its logs can be looked up just so long. */
export const retention = "168h";

const folder = `${monitorData}/loki`;

/** Loki in one process, with its data on the monitor's volume. */
export function createLokiConfiguration() {
  return {
    auth_enabled: false,
    // One address for the services that write and for Grafana that reads; the firewall tells who.
    server: { http_listen_port: services.logs.port, grpc_listen_port: 9096, log_level: "warn" },
    common: {
      path_prefix: folder,
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" } },
      storage: {
        filesystem: { chunks_directory: `${folder}/chunks`, rules_directory: `${folder}/rules` },
      },
    },
    schema_config: {
      configs: [
        {
          from: "2026-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    limits_config: { retention_period: retention, allow_structured_metadata: true },
    compactor: {
      working_directory: `${folder}/compactor`,
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    analytics: { reporting_enabled: false },
  };
}
