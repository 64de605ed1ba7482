import { type Tracer, trace } from "@opentelemetry/api";
import type { Config } from "../config.ts";

const flushMs = 2_000;

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is still buffered; gives up after 2 s and never throws. */
  shutdown(): Promise<void>;
}

/**
 * Traces to `<endpoint>/v1/traces` over OTLP/HTTP. Without an endpoint no SDK is loaded: spans cost
 * nothing, yet a caller's `traceparent` still passes through.
 */
export async function startTracing(
  service: "producer" | "worker",
  { otlpEndpoint, releaseSha }: Pick<Config, "otlpEndpoint" | "releaseSha">,
): Promise<Tracing> {
  if (otlpEndpoint === undefined) {
    return { tracer: trace.getTracer("tripod"), shutdown: async () => {} };
  }
  const [{ NodeSDK }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      "service.name": `taskqueue-${service}`,
      "service.version": releaseSha,
    }),
    traceExporter: new OTLPTraceExporter({
      url: `${otlpEndpoint}/v1/traces`,
      timeoutMillis: flushMs,
    }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return {
    tracer: trace.getTracer("tripod"),
    async shutdown() {
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, flushMs);
      // A collector that is down is no reason to fail a shutdown.
      await Promise.race([sdk.shutdown().catch(resolve), tooLong]);
      clearTimeout(timer);
    },
  };
}
