import { join } from "node:path";
import type { Helper } from "./helper.ts";

/** Loki as one process that keeps logs in the folder; it takes them on its HTTP port. */
export function createLoki({
  binary,
  folder,
  ports,
}: {
  binary: string;
  folder: string;
  ports: { http: number; grpc: number };
}): Helper {
  const config = join(folder, "loki.yaml");
  return {
    name: "loki",
    command: [binary, `-config.file=${config}`],
    env: {},
    files: {
      [config]: {
        auth_enabled: false,
        server: {
          http_listen_address: "127.0.0.1",
          http_listen_port: ports.http,
          grpc_listen_address: "127.0.0.1",
          grpc_listen_port: ports.grpc,
          log_level: "warn",
        },
        common: {
          instance_addr: "127.0.0.1",
          path_prefix: folder,
          replication_factor: 1,
          ring: { kvstore: { store: "inmemory" } },
          storage: {
            filesystem: {
              chunks_directory: join(folder, "chunks"),
              rules_directory: join(folder, "rules"),
            },
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
        limits_config: { allow_structured_metadata: true },
        analytics: { reporting_enabled: false },
      },
    },
  };
}
