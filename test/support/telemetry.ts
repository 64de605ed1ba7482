import { pino } from "pino";
import type { Exporter } from "../../src/contract/metrics.ts";
import type { Tasks } from "../../src/task/registry.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import type { Telemetry } from "../../src/telemetry/service.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

/** A service's telemetry that logs nothing and keeps its spans in memory. */
export function createTestTelemetry<E extends Exporter>(
  service: E,
  tasks: Tasks,
  tracing: TestTracing = createTestTracing(),
): Telemetry<E> {
  const registry = createRegistry();
  return {
    log: pino({ level: "silent" }),
    registry,
    metrics: registerMetrics(registry, service, tasks.keys()),
    otlp: { tracer: tracing.tracer, shutdown: async () => undefined },
  };
}
