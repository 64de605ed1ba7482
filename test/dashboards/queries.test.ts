import { parser as logqlParser } from "@grafana/lezer-logql";
import { parser as traceqlParser } from "@grafana/lezer-traceql";
import { describe, expect, test } from "vitest";
import { foreignMetrics } from "../../dashboards/query/foreign-metrics.ts";
import { recordings } from "../../dashboards/alerts/recordings.ts";
import { type MetricSpec, metrics } from "../../src/contract/metrics.ts";
import { fillVariables, queriesOf, type Query, readRules, untyped } from "../support/dashboards.ts";
import { declared, isDeclared, seriesOf } from "../support/declared-series.ts";
import { readLinks, readLogql, readTraceql } from "../support/grafana-queries.ts";
import { readGroupings, readSelectors, type Selector } from "../support/promql.ts";
import { promtool } from "../support/promtool.ts";

const promql: readonly Query[] = [
  ...queriesOf("prometheus"),
  ...readLinks().flatMap(({ tracesToMetrics }) =>
    (tracesToMetrics?.queries ?? []).map(({ name, query }) => ({ at: name, text: query })),
  ),
  ...readRules(),
].map(({ at, text }) => ({ at, text: fillVariables(text) }));

const catalogue: readonly MetricSpec[] = Object.values(metrics);

test("has PromQL that Prometheus can read in every panel, variable, annotation and rule", () => {
  const rulesOfQueries = promql.map(({ text }, index) => ({
    record: `query:${index}`,
    expr: text,
  }));
  const content = JSON.stringify({ groups: [{ name: "queries", rules: rulesOfQueries }] });
  expect(promtool(["check", "rules"], content)).toEqual({
    output: expect.stringContaining(`SUCCESS: ${promql.length} rules found`),
    status: 0,
  });
  expect(promql.length).toBeGreaterThan(100);
});

test("asks only for series that are declared, by labels that they have", () => {
  const selectors = promql.flatMap(({ at, text }) =>
    readSelectors(text).map((selector) => ({ at, ...selector })),
  );
  const wrong = selectors.filter(({ name, labels }) => !isDeclared(name, labels));
  expect([wrong, selectors.length > promql.length]).toEqual([[], true]);
});

test("groups and matches only by labels that some series there has", () => {
  const groupings = promql.flatMap(({ at, text }) =>
    readGroupings(text).map((grouping) => ({ at, ...grouping })),
  );
  const wrong = groupings.filter(({ labels, selectors }) => !labels.every(isLabelOf(selectors)));
  expect([wrong, groupings.length > 100]).toEqual([[], true]);
});

function isLabelOf(selectors: readonly Selector[]): (label: string) => boolean {
  return (label) => selectors.some(({ name }) => declared.get(name)?.includes(label));
}

test("draws, or alerts on, every metric of the catalogue and every foreign one it lists", () => {
  const asked = new Set(promql.flatMap(({ text }) => readSelectors(text).map(({ name }) => name)));
  const families = [
    ...catalogue.map((spec) => seriesOf(spec).map(([name]) => name)),
    ...Object.values(foreignMetrics).map(({ name }) => [name]),
    ...Object.values(recordings).map(({ record }) => [record]),
  ];
  const unused = families.filter((names) => !names.some((name) => asked.has(name)));
  expect([unused, families.length > catalogue.length]).toEqual([[], true]);
});

const [traceql, logql] = [readTraceql(), readLogql()];

describe.each([
  { language: "TraceQL", parser: traceqlParser, queries: traceql, broken: "{ span.a = }" },
  { language: "LogQL", parser: logqlParser, queries: logql, broken: '{a="b"} | c=' },
])("$language", ({ parser, queries, broken }) => {
  test.each([
    { filled: "filled in", values: {} },
    { filled: "that nothing is typed into", values: untyped() },
  ])("can be read by Grafana's grammar $filled", ({ values }) => {
    const mistakes = queries.filter(({ text }) => !isReadable(fillVariables(text, values)));
    expect([mistakes, queries.length >= 5, isReadable(broken)]).toEqual([[], true, false]);
  });

  function isReadable(query: string): boolean {
    // A bare trace id, or none, is a query to Grafana, though no TraceQL.
    if (parser === traceqlParser && /^([0-9a-f]{32})?$/.test(query)) return true;
    let readable = true;
    parser.parse(query).iterate({
      enter({ type }) {
        if (type.isError) readable = false;
      },
    });
    return readable;
  }
});

test("finds no log line while nothing is typed in: an empty value matches lines without the field", () => {
  const open = logql.flatMap(({ at, text }) => {
    const filled = fillVariables(text, untyped());
    return [...filled.matchAll(/(\w+)=~?""/g)]
      .filter(([, label]) => !filled.includes(`| ${label}!=""`))
      .map(([matcher]) => [at, matcher]);
  });
  expect([open, logql.some(({ text }) => text.includes("${trace_id}"))]).toEqual([[], true]);
});

test("parses no line as JSON: over OTLP a line is its message, and its fields are metadata", () => {
  expect(logql.filter(({ text }) => /\|\s*(json|logfmt|unpack)/.test(text))).toEqual([]);
});
