import { join } from "node:path";
import { createTempoConfiguration } from "../../../dashboards/stack/tempo.ts";
import type { Watcher } from "./watcher.ts";

/** Tempo for this machine alone; `otlp` is the port it takes traces on, and it keeps them in the folder. */
export function createTempo({
  binary,
  folder,
  ports,
  prometheus,
}: {
  binary: string;
  folder: string;
  ports: { http: number; grpc: number; otlp: number };
  /** Base URL of Prometheus, if it runs. */
  prometheus: string | undefined;
}): Watcher {
  const config = join(folder, "tempo.yaml");
  return {
    name: "tempo",
    command: [binary, `-config.file=${config}`],
    env: {},
    files: {
      [config]: createTempoConfiguration({
        listen: { http: { address: "127.0.0.1", port: ports.http }, grpcPort: ports.grpc },
        otlp: `127.0.0.1:${ports.otlp}`,
        folder,
        prometheus,
        // Whatever is installed.
        version: undefined,
      }),
    },
  };
}
