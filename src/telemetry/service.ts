import type { Exporter, MetricsOf } from "../contract/metrics.ts";
import type { Config } from "../service/config.ts";
import { openDropReport } from "./drop-report.ts";
import { openLineLimits } from "./line-limits.ts";
import { createLog, type Log } from "./log.ts";
import {
  createRegistry,
  type Instruments,
  type MetricsRegistry,
  registerMetrics,
  type SharedMetrics,
  type TasksByQueue,
} from "./metrics.ts";
import { type Otlp, startOtlp } from "./otlp.ts";

export interface Telemetry<E extends Exporter> {
  readonly log: Log;
  /** Counts a line that another thread of this process has printed, and sends it along. */
  readonly relay: (line: string) => void;
  readonly registry: MetricsRegistry;
  readonly metrics: Instruments<MetricsOf<E>>;
  readonly otlp: Pick<Otlp, "tracer" | "shutdown">;
}

/** Log, metrics and traces of one service: the one way in for both. */
export async function startTelemetry<E extends Exporter>(
  service: E,
  config: Config,
  tasks: TasksByQueue,
): Promise<Telemetry<E>> {
  const registry = createRegistry();
  const metrics = registerMetrics(registry, service, tasks);
  const { logLines, otlpDropped } = metrics as Pick<SharedMetrics, "logLines" | "otlpDropped">;
  const drops = openDropReport(({ signal, lost, problem }) =>
    log.warn({ signal, lost, problem }, `${signal} did not reach their receiver`),
  );
  const otlp = await startOtlp(service, config, (signal, reason, count, error) => {
    otlpDropped.inc({ signal, reason }, count);
    drops.note(signal, reason, count, error);
  });
  const limits = openLineLimits((line, outcome) => logLines.inc({ line, outcome }));
  const log = createLog(service, config.logLevel, { copy: otlp.logStream, limits });
  return {
    log,
    relay(line) {
      logLines.inc({ line: "other", outcome: "written" });
      otlp.logStream?.write(line);
    },
    registry,
    metrics,
    otlp: {
      tracer: otlp.tracer,
      async shutdown() {
        limits.flush();
        await otlp.shutdown();
        drops.flush();
      },
    },
  };
}
