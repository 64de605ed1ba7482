import { join } from "node:path";
import type { Helper } from "./helper.ts";

/** Tempo as one process that keeps traces in the folder; `otlp` is the port it takes them on. */
export function createTempo({
  binary,
  folder,
  ports,
}: {
  binary: string;
  folder: string;
  ports: { http: number; grpc: number; otlp: number };
}): Helper {
  const config = join(folder, "tempo.yaml");
  return {
    name: "tempo",
    command: [binary, `-config.file=${config}`],
    env: {},
    files: {
      // Only what Tempo 2 and 3 both know: either refuses a key that it does not.
      [config]: {
        server: {
          http_listen_address: "127.0.0.1",
          http_listen_port: ports.http,
          grpc_listen_address: "127.0.0.1",
          grpc_listen_port: ports.grpc,
          log_level: "warn",
        },
        distributor: {
          receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${ports.otlp}` } } } },
        },
        storage: {
          trace: {
            backend: "local",
            local: { path: join(folder, "blocks") },
            wal: { path: join(folder, "wal") },
          },
        },
        usage_report: { reporting_enabled: false },
      },
    },
  };
}
