import { join } from "node:path";
import { createLokiConfiguration } from "../../../dashboards/stack/loki.ts";
import type { Watcher } from "./watcher.ts";

/** Loki for this machine alone; it takes logs on its HTTP port and keeps them in the folder. */
export function createLoki({
  binary,
  folder,
  ports,
}: {
  binary: string;
  folder: string;
  ports: { http: number; grpc: number };
}): Watcher {
  const config = join(folder, "loki.yaml");
  const listen = { http: { address: "127.0.0.1", port: ports.http }, grpcPort: ports.grpc };
  return {
    name: "loki",
    command: [binary, `-config.file=${config}`],
    env: {},
    files: { [config]: createLokiConfiguration({ listen, folder }) },
  };
}
