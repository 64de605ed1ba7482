import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Otlp } from "../../src/telemetry/otlp.ts";

export interface TestTracing extends Pick<Otlp, "tracer"> {
  /** What has ended so far. */
  readonly spans: InMemorySpanExporter;
}

/** A tracer that samples everything and keeps it in memory. */
export function createTestTracing(): TestTracing {
  const spans = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  return { tracer: provider.getTracer("test"), spans };
}
