import { logs, type Tracer, trace } from "@opentelemetry/api";
import type { Config } from "../config.ts";
import { createLogStream, type LogStream } from "./log-stream.ts";

const flushMs = 2_000;

export interface Otlp {
  readonly tracer: Tracer;
  /** Takes log lines to send along; `undefined` where nothing is sent. */
  readonly logStream: LogStream | undefined;
  /** Sends what is still buffered; gives up after 2 s and never throws. */
  shutdown(): Promise<void>;
}

/**
 * Sends traces and logs to `<endpoint>/v1/traces` and `/v1/logs` over OTLP/HTTP. Without an endpoint
 * no SDK is loaded: spans cost nothing, yet a caller's `traceparent` still passes through.
 */
export async function startOtlp(
  service: "producer" | "worker",
  { otlpEndpoint, releaseSha }: Pick<Config, "otlpEndpoint" | "releaseSha">,
): Promise<Otlp> {
  if (otlpEndpoint === undefined) {
    return {
      tracer: trace.getTracer("tripod"),
      logStream: undefined,
      shutdown: async () => undefined,
    };
  }
  const sdk = await createSdk(`taskqueue-${service}`, otlpEndpoint, releaseSha);
  sdk.start();
  return {
    tracer: trace.getTracer("tripod"),
    logStream: createLogStream(logs.getLogger("tripod")),
    async shutdown() {
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, flushMs);
      // A collector that is down is no reason to fail a shutdown.
      await Promise.race([sdk.shutdown().catch(resolve), tooLong]);
      clearTimeout(timer);
    },
  };
}

async function createSdk(serviceName: string, endpoint: string, version: string) {
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { OTLPLogExporter },
    { BatchLogRecordProcessor },
    { resourceFromAttributes },
  ] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-logs-otlp-http"),
    import("@opentelemetry/sdk-logs"),
    import("@opentelemetry/resources"),
  ]);
  const to = (path: string) => ({ url: `${endpoint}${path}`, timeoutMillis: flushMs });
  return new NodeSDK({
    resource: resourceFromAttributes({ "service.name": serviceName, "service.version": version }),
    traceExporter: new OTLPTraceExporter(to("/v1/traces")),
    logRecordProcessors: [
      new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(to("/v1/logs")) }),
    ],
    instrumentations: [],
    metricReaders: [],
  });
}
