import { type Exporter, type MetricSpec, metrics } from "../../src/contract/metrics.ts";
import { serviceNames } from "../../src/contract/telemetry.ts";
import { foreignMetrics } from "../query/foreign-metrics.ts";
import type { ScrapeJobName } from "../stack/scraping.ts";
import type { Alert } from "./alert.ts";
import { recordings } from "./recordings.ts";

interface Source {
  readonly name: string;
  readonly jobs: readonly ScrapeJobName[];
}

const jobsOfSource = {
  "prom-client": Object.values(serviceNames),
  redis_exporter: ["redis"],
  node_exporter: ["node"],
  // What Prometheus says of a target is there without it.
  prometheus: [],
} as const satisfies Record<string, readonly ScrapeJobName[]>;

const sources: readonly Source[] = [
  ...Object.values<MetricSpec>(metrics).map(({ name, exporters }) => ({
    name,
    jobs: exporters.map((exporter: Exporter) => serviceNames[exporter]),
  })),
  ...Object.values(foreignMetrics).map(({ name, source }) => ({
    name,
    jobs: jobsOfSource[source],
  })),
];

/** The metrics that an alert reads, with the scrape jobs that each comes from. */
export function sourcesOf({ expr }: Pick<Alert, "expr">): readonly Source[] {
  const whole = Object.values(recordings).reduce(
    (text, recording) => text.replaceAll(recording.record, recording.expr),
    expr,
  );
  return sources.filter(({ name }) =>
    new RegExp(`(?<!\\w)${name}(_bucket|_count)?(?!\\w)`).test(whole),
  );
}

/** What tells that nothing of a scrape job is read any more. */
export const toldBy: Readonly<Record<ScrapeJobName, string>> = {
  [serviceNames.producer]: "TaskQueueProducerDown",
  [serviceNames.worker]: "TargetDown",
  redis: "RedisExporterDown",
  node: "NodeExporterDown",
};
