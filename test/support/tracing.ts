import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Tracing } from "../../src/telemetry/tracing.ts";

export interface TestTracing extends Tracing {
  /** What has ended so far. */
  readonly spans: InMemorySpanExporter;
}

/** A tracer that samples everything and keeps it in memory. */
export function createTestTracing(): TestTracing {
  const spans = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  return { tracer: provider.getTracer("test"), spans, shutdown: () => provider.shutdown() };
}
