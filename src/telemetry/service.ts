import type { Config } from "../config.ts";
import type { Exporter, MetricsOf } from "../contract/metrics.ts";
import { createLog, type Log } from "./log.ts";
import {
  createRegistry,
  type Instruments,
  type MetricsRegistry,
  registerMetrics,
} from "./metrics.ts";
import { startTracing, type Tracing } from "./tracing.ts";

export interface Telemetry<E extends Exporter> {
  readonly log: Log;
  readonly registry: MetricsRegistry;
  readonly metrics: Instruments<MetricsOf<E>>;
  readonly tracing: Tracing;
}

/** Log, metrics and traces of one service: the one way in for both. */
export async function startTelemetry<E extends Exporter>(
  service: E,
  config: Config,
): Promise<Telemetry<E>> {
  const registry = createRegistry();
  const metrics = registerMetrics(registry, service);
  return {
    log: createLog(service, config.logLevel),
    registry,
    metrics,
    tracing: await startTracing(service, config),
  };
}
