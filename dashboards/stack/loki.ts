import { type Listeners, storedFor } from "./store.ts";

/** Loki in one process, which takes and gives logs at `listen.http` and keeps them in the folder. */
export function createLokiConfiguration({
  listen,
  folder,
}: {
  readonly listen: Listeners;
  readonly folder: string;
}) {
  return {
    auth_enabled: false,
    server: {
      http_listen_address: listen.http.address,
      http_listen_port: listen.http.port,
      // It calls itself there, and nobody else does.
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: listen.grpcPort,
      log_level: "warn",
    },
    common: {
      instance_addr: "127.0.0.1",
      path_prefix: folder,
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" } },
      storage: {
        filesystem: { chunks_directory: `${folder}/chunks`, rules_directory: `${folder}/rules` },
      },
    },
    // The oldest schema that keeps OTLP's attributes, which the dashboards filter by.
    schema_config: {
      configs: [
        {
          from: "2024-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    limits_config: {
      retention_period: storedFor,
      allow_structured_metadata: true,
      otlp_config: {
        resource_attributes: {
          // By default every start of a service is a stream of its own: its instance has a new id.
          ignore_defaults: true,
          attributes_config: [
            { action: "index_label", attributes: ["service.name", "service.namespace"] },
          ],
        },
      },
      // Lines go with their age, never because somebody asks.
      deletion_mode: "disabled",
    },
    compactor: {
      working_directory: `${folder}/compactor`,
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    analytics: { reporting_enabled: false },
  };
}
