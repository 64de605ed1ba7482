import { pino } from "pino";
import type { Log } from "../../src/telemetry/log.ts";
import type { Exporter } from "../../src/contract/metrics.ts";
import type { Tasks } from "../../src/task/registry.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import type { Telemetry } from "../../src/telemetry/service.ts";
import { createTestTracing, type TestTracing } from "./tracing.ts";

const silent = pino({ level: "silent" });

/** A service's telemetry that logs nothing unless it is given a log, and keeps its spans in memory. */
export function createTestTelemetry<E extends Exporter>(
  service: E,
  tasks: Tasks,
  tracing: TestTracing = createTestTracing(),
  log: Log = silent,
): Telemetry<E> {
  const registry = createRegistry();
  return {
    log,
    relay: () => undefined,
    registry,
    metrics: registerMetrics(registry, service, tasks.keys()),
    otlp: { tracer: tracing.tracer, shutdown: async () => undefined },
  };
}

/** A log and the lines it has taken so far. */
export function collectLog(): { log: Log; lines: () => readonly Record<string, unknown>[] } {
  const texts: string[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  return {
    log: pino({ formatters }, { write: (text: string) => void texts.push(text) }),
    lines: () => texts.map((text) => JSON.parse(text)),
  };
}
