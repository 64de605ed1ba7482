import { type Listeners, storedFor } from "./store.ts";

/** Halves of calls that Tempo keeps for five minutes, at the hundred traces a second that we send at most. */
const mostCalls = 5 * 60 * 100;

/**
 * Tempo in one process, which takes traces over OTLP/HTTP at `otlp`, answers at `listen.http` and
 * keeps them in the folder.
 */
export function createTempoConfiguration({
  listen,
  otlp,
  folder,
  prometheus,
  version,
}: {
  readonly listen: Listeners;
  /** As `host:port`. */
  readonly otlp: string;
  readonly folder: string;
  /** Base URL of the Prometheus that gets what is counted between services, if there is one. */
  readonly prometheus: string | undefined;
  /** Major version, where it is known: Tempo refuses keys that it does not know. */
  readonly version: number | undefined;
}) {
  return {
    stream_over_http_enabled: true,
    server: {
      http_listen_address: listen.http.address,
      http_listen_port: listen.http.port,
      // It calls itself there, and nobody else does.
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: listen.grpcPort,
      log_level: "warn",
    },
    distributor: { receivers: { otlp: { protocols: { http: { endpoint: otlp } } } } },
    // Tempo 3 has no compactor; a Tempo that may be either keeps traces for as long as it does by default.
    ...(version === 2 && { compactor: { compaction: { block_retention: storedFor } } }),
    storage: {
      trace: {
        backend: "local",
        wal: { path: `${folder}/wal` },
        local: { path: `${folder}/blocks` },
      },
    },
    // The journey's map of services is drawn from these counts.
    ...(prometheus !== undefined && {
      metrics_generator: {
        // A call is two spans, and the later one, of the attempt, comes when the job has run: by
        // default Tempo forgets the first after ten seconds.
        processor: { service_graphs: { wait: "5m", max_items: mostCalls } },
        storage: {
          path: `${folder}/generator`,
          remote_write: [{ url: `${prometheus}/api/v1/write` }],
        },
      },
      overrides: { defaults: { metrics_generator: { processors: ["service-graphs"] } } },
    }),
    usage_report: { reporting_enabled: false },
  };
}
