import { pino } from "pino";
import { defaultQueue } from "../../src/contract/queues.ts";
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
  {
    queue = defaultQueue,
    tracing = createTestTracing(),
    log = silent,
  }: {
    /** The name of the only queue. */
    readonly queue?: string;
    readonly tracing?: TestTracing;
    readonly log?: Log | undefined;
  } = {},
): Telemetry<E> {
  const registry = createRegistry();
  return {
    log,
    relay: () => undefined,
    registry,
    metrics: registerMetrics(registry, service, new Map([[queue, [...tasks.keys()]]])),
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
