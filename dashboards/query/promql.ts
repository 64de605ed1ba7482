import { metrics } from "../../src/contract/metrics.ts";
import { foreignMetrics } from "./foreign-metrics.ts";

/** PromQL over names that are declared: another name, or another label, does not compile. */

const known = { ...metrics, ...foreignMetrics };
type Known = typeof known;
type Key = keyof Known;
type HistogramKey = {
  [K in Key]: Known[K]["type"] extends "histogram" ? K : never;
}[Key];

/** What Prometheus itself adds to every series of a target. */
type TargetLabel = "job" | "instance";
type Label<K extends Key> = Known[K]["labels"][number] | TargetLabel;

interface Matcher {
  readonly operator: "=~" | "!~";
  readonly value: string;
}
export type Matchers<L extends string> = { readonly [Name in L]?: string | Matcher };

/** Each value may be a regular expression or one of Grafana's variables. */
export function anyOf(...values: readonly string[]): Matcher {
  return { operator: "=~", value: values.join("|") };
}

export function noneOf(...values: readonly string[]): Matcher {
  return { operator: "!~", value: values.join("|") };
}

/** Grafana's own choice of window: at least four scrapes, and no less than a pixel. */
const panelWindow = "$__rate_interval";

/** The series of a metric that match. */
export function series<K extends Key>(key: K, matchers: Matchers<Label<K>> = {}): string {
  return select(known[key].name, matchers);
}

/** The observations of a histogram, counted. */
export function countOf<K extends HistogramKey>(key: K, matchers: Matchers<Label<K>> = {}): string {
  return select(`${known[key].name}_count`, matchers);
}

/** The buckets of a histogram. */
export function bucketsOf<K extends HistogramKey>(
  key: K,
  matchers: Matchers<Label<K> | "le"> = {},
): string {
  return select(`${known[key].name}_bucket`, matchers);
}

/** A name with its matchers in braces, if there are any. */
export function select(name: string, matchers: Matchers<string>): string {
  const written = Object.entries(matchers).map(([label, matcher = ""]) =>
    typeof matcher === "string"
      ? `${label}=${JSON.stringify(matcher)}`
      : `${label}${matcher.operator}${JSON.stringify(matcher.value)}`,
  );
  return written.length === 0 ? name : `${name}{${written.join(",")}}`;
}

export function rate(vector: string, window = panelWindow): string {
  return `rate(${vector}[${window}])`;
}

export function increase(vector: string, window = panelWindow): string {
  return `increase(${vector}[${window}])`;
}

/** 1 if no series match, and nothing otherwise. */
export function absent(vector: string): string {
  return `absent(${vector})`;
}

export const sum = aggregation("sum");
export const max = aggregation("max");
export const min = aggregation("min");
export const count = aggregation("count");

function aggregation(operator: string) {
  return (vector: string, by: readonly string[] = []) =>
    by.length === 0 ? `${operator}(${vector})` : `${operator} by (${by.join(",")}) (${vector})`;
}

interface Slice<K extends HistogramKey> {
  readonly matchers?: Matchers<Label<K>>;
  readonly by?: readonly Label<K>[];
  readonly window?: string;
}

/** A quantile of a histogram's observations, `q` from 0 to 1, in the metric's unit. */
export function quantile<K extends HistogramKey>(
  q: number,
  key: K,
  { matchers, by = [], window }: Slice<K> = {},
): string {
  const grown = rate(bucketsOf(key, { ...matchers }), window);
  return `histogram_quantile(${q}, ${sum(grown, [...by, "le"])})`;
}

/** The mean of a histogram's observations, in the metric's unit. */
export function mean<K extends HistogramKey>(
  key: K,
  { matchers = {}, by = [], window }: Slice<K> = {},
): string {
  const total = sum(rate(select(`${known[key].name}_sum`, matchers), window), by);
  return `${total} / ${sum(rate(select(`${known[key].name}_count`, matchers), window), by)}`;
}
