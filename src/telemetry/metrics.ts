import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from "prom-client";
import {
  type Exporter,
  type MetricKey,
  type MetricSpec,
  metrics,
  type MetricsOf,
} from "../contract/metrics.ts";

type Instrument<S extends MetricSpec> = S["type"] extends "counter"
  ? Counter<S["labels"][number]>
  : S["type"] extends "gauge"
    ? Gauge<S["labels"][number]>
    : Histogram<S["labels"][number]>;

export type Instruments<K extends MetricKey> = {
  readonly [Key in K]: Instrument<(typeof metrics)[Key]>;
};
export type ProducerMetrics = Instruments<MetricsOf<"producer">>;
export type WorkerMetrics = Instruments<MetricsOf<"worker">>;
export type SharedMetrics = Instruments<MetricsOf<"producer"> & MetricsOf<"worker">>;

export type MetricsRegistry = Registry<OpenMetricsContentType>;

/**
 * A registry that is served as OpenMetrics, and only so: a registry that has once been rendered
 * as OpenMetrics loses the `_total` of its counters in any other format.
 */
export function createRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Adds the catalogue's metrics of one service to a registry, with those of its process. */
export function registerMetrics<E extends Exporter>(
  registry: MetricsRegistry,
  exporter: E,
): Instruments<MetricsOf<E>> {
  collectDefaultMetrics({ register: registry });
  const specs: [string, MetricSpec][] = Object.entries(metrics);
  const instruments = specs
    .filter(([, spec]) => spec.exporters.includes(exporter))
    .map(([key, spec]) => [key, createInstrument(registry, spec)]);
  // The catalogue's types say which key holds which instrument; `fromEntries` forgets it.
  return Object.fromEntries(instruments) as Instruments<MetricsOf<E>>;
}

function createInstrument(registry: MetricsRegistry, spec: MetricSpec) {
  const shared = {
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels,
    registers: [registry],
  };
  switch (spec.type) {
    case "counter":
      return new Counter(shared);
    case "gauge":
      return new Gauge(shared);
    case "histogram":
      return new Histogram({
        ...shared,
        buckets: [...spec.buckets],
        enableExemplars: spec.exemplars,
      });
  }
}
