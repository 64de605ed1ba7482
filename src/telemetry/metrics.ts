import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from "prom-client";
import { failureClasses } from "../contract/failures.ts";
import {
  type Exporter,
  type MetricKey,
  type MetricSpec,
  metrics,
  type MetricsOf,
} from "../contract/metrics.ts";
import { redisClients } from "../contract/telemetry.ts";

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
 * A registry that takes exemplars, as OpenMetrics' alone do. Services render its JSON: prom-client's
 * own rendering takes the `_total` off its counters for good.
 */
export function createRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** The tasks of each queue that a service knows. */
export type TasksByQueue = ReadonlyMap<string, readonly string[]>;

/**
 * Adds the catalogue's metrics of one service to a registry, with those of its process. Counters
 * start at 0 for each of these tasks in its queue, and for `_OTHER`.
 */
export function registerMetrics<E extends Exporter>(
  registry: MetricsRegistry,
  exporter: E,
  tasks: TasksByQueue,
): Instruments<MetricsOf<E>> {
  collectProcessMetrics(registry);
  const known = [...tasks].map(([queue, names]) => ({
    queue: [queue],
    task: [...names, "_OTHER"],
    client: redisClients[exporter],
    error_type: Object.keys(failureClasses),
  }));
  const specs: [string, MetricSpec][] = Object.entries(metrics);
  const instruments = specs
    .filter(([, spec]) => spec.exporters.includes(exporter))
    .map(([key, spec]) => [key, createInstrument(registry, spec, known)]);
  // The catalogue's types say which key holds which instrument; `fromEntries` forgets it.
  return Object.fromEntries(instruments) as Instruments<MetricsOf<E>>;
}

/**
 * Of a process' metrics, those that say what is true: a scrape resets those of the event loop, so
 * that two scrapers steal blocks from each other, and gauges end in `_total`.
 */
function collectProcessMetrics(registry: MetricsRegistry): void {
  // It measures what is thrown away here, so seldom that it costs nothing.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 });
  for (const { name } of registry.getMetricsAsArray()) {
    if (/^nodejs_(eventloop_lag_|active_\w+_total$)/.test(name)) registry.removeSingleMetric(name);
  }
}

type LabelValues = Readonly<Record<string, readonly string[]>>;

function createInstrument(
  registry: MetricsRegistry,
  spec: MetricSpec,
  known: readonly LabelValues[],
) {
  const shared = {
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels,
    registers: [registry],
  };
  switch (spec.type) {
    case "counter": {
      const counter = new Counter(shared);
      for (const values of spec.values ?? [{}]) {
        for (const ofQueue of known) {
          for (const labels of combine(spec.labels, { ...ofQueue, ...values })) {
            counter.inc(labels, 0);
          }
        }
      }
      return counter;
    }
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

/** Every combination of the labels' values; throws for a label that has no list of them. */
function combine(labels: readonly string[], values: LabelValues): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>(
    (combinations, label) => {
      const list = values[label];
      if (list === undefined) throw new Error(`expected a list of values of the label "${label}"`);
      return combinations.flatMap((labelled) =>
        list.map((value) => ({ ...labelled, [label]: value })),
      );
    },
    [{}],
  );
}
