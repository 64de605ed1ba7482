import { recordings } from "../../dashboards/alerts/recordings.ts";
import { foreignMetrics } from "../../dashboards/query/foreign-metrics.ts";
import { type MetricSpec, metrics } from "../../src/contract/metrics.ts";

const targetLabels = ["job", "instance"];

/** Each series that may be asked for, with its labels. */
export const declared: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.values<MetricSpec>(metrics).flatMap(seriesOf),
  ...Object.values(foreignMetrics).map(
    ({ name, labels }) => [name, [...labels, ...targetLabels]] as const,
  ),
  ...Object.values(recordings).map(({ record, labels }) => [record, labels] as const),
]);

/** The series of a metric, each with its labels. */
export function seriesOf({
  type,
  name,
  labels,
}: MetricSpec): (readonly [string, readonly string[]])[] {
  const all = [...labels, ...targetLabels];
  if (type !== "histogram") return [[name, all]];
  return [
    [`${name}_bucket`, [...all, "le"]],
    [`${name}_sum`, all],
    [`${name}_count`, all],
  ];
}

export function isDeclared(name: string, labels: readonly string[]): boolean {
  const own = declared.get(name);
  return own !== undefined && labels.every((label) => own.includes(label));
}
