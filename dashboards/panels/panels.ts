import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  type DataSourceRef,
  MappingType,
  type Panel,
  PanelBuilder as AnyPanel,
  type ThresholdsConfigBuilder,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as Gauge } from "@grafana/grafana-foundation-sdk/gauge";
import { PanelBuilder as Heatmap } from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as Logs } from "@grafana/grafana-foundation-sdk/logs";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as Text } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as Timeseries } from "@grafana/grafana-foundation-sdk/timeseries";
import { type DataSourceName, dataSources } from "../../src/contract/data-sources.ts";
import { dataSourceRef } from "../query/data-source-ref.ts";
import type { DashboardLinks } from "./links.ts";
import { plain } from "./thresholds.ts";

/** What every panel must say of itself. */
interface Facts {
  readonly title: string;
  /** What it shows and what to make of it. */
  readonly description: string;
  /** One of Grafana's unit ids. */
  readonly unit: Unit;
  /** Columns, of 24. */
  readonly width: number;
  readonly height?: number;
  readonly queries: readonly Builder<Dataquery>[];
  readonly thresholds?: ThresholdsConfigBuilder;
  /** Followed from a value. */
  readonly links?: DashboardLinks;
}

type Unit = "s" | "short" | "percentunit" | "bytes" | "ops" | "opm" | "none";

interface Described {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(columns: number): this;
  height(rows: number): this;
  datasource(ref: DataSourceRef): this;
  targets(queries: Builder<Dataquery>[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
}

function describe<P extends Described>(
  panel: P,
  { title, description, unit, width, height = 8, queries, thresholds, links = [] }: Facts,
  source: DataSourceName = "prometheus",
): P {
  return panel
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .height(height)
    .datasource(dataSourceRef(source))
    .targets([...queries])
    .thresholds(thresholds ?? plain())
    .dataLinks([...links]);
}

const lastValue = () => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);

/** Lines over time, from zero up. */
export function timeseries(facts: Facts): Timeseries {
  return graph(facts).min(0);
}

function graph(facts: Facts): Timeseries {
  const limits =
    facts.thresholds === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed;
  return describe(new Timeseries(), facts)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(VisibilityMode.Never)
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(limits))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
}

/** Areas on top of each other: their sum means something. */
export function stacked(facts: Facts): Timeseries {
  return timeseries(facts)
    .fillOpacity(40)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}

/** Stacked bars: events counted in steps. */
export function bars(facts: Facts): Timeseries {
  return stacked(facts).drawStyle(GraphDrawStyle.Bars).fillOpacity(80);
}

/** On a logarithmic scale, where milliseconds and hours are both seen. */
export function logarithmic(facts: Facts): Timeseries {
  return graph(facts).scaleDistribution(
    new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10),
  );
}

export function stat(facts: Facts): Stat {
  return describe(new Stat(), { height: 4, ...facts })
    .reduceOptions(lastValue())
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value);
}

/** A share, from 0 to 1. */
export function gauge(facts: Facts): Gauge {
  return describe(new Gauge(), { height: 4, ...facts })
    .reduceOptions(lastValue())
    .min(0)
    .max(1);
}

export function barGauge(facts: Facts): BarGauge {
  return describe(new BarGauge(), facts)
    .reduceOptions(lastValue())
    .orientation(VizOrientation.Horizontal);
}

export function heatmap(facts: Facts): Heatmap {
  return describe(new Heatmap(), facts).calculate(false).showLegend();
}

const upOrDown: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    "0": { text: "down", color: "red", index: 0 },
    "1": { text: "up", color: "green", index: 1 },
  },
};

export function upStat(facts: Facts): Stat {
  return stat(facts).mappings([upOrDown]).graphMode(BigValueGraphMode.None);
}

/** When something was up and when down. */
export function upTimeline(facts: Facts): StateTimeline {
  return describe(new StateTimeline(), facts)
    .mappings([upOrDown])
    .showValue(VisibilityMode.Never)
    .fillOpacity(80);
}

interface Column {
  /** As the data names it. */
  readonly field: string;
  readonly title: string;
  readonly unit?: Unit;
  readonly links?: DashboardLinks;
}

/** One row for each combination of labels; only these columns, in this order. */
export function table(facts: Facts & { readonly columns: readonly Column[] }): Builder<Panel> {
  const panel = describe(new Table(), facts)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        indexByName: Object.fromEntries(facts.columns.map(({ field }, at) => [field, at])),
      },
    })
    .withTransformation({
      id: "filterFieldsByName",
      options: { include: { names: facts.columns.map(({ field }) => field) } },
    });
  return withColumns(panel, facts.columns);
}

/** One row for each span found. */
export function spanTable(facts: Facts & { readonly columns: readonly Column[] }): Builder<Panel> {
  return withColumns(describe(new Table(), facts, "tempo"), facts.columns);
}

function withColumns(panel: Table, columns: readonly Column[]): Builder<Panel> {
  for (const { field, title, unit, links } of columns) {
    panel.overrideByName(field, [
      { id: "displayName", value: title },
      ...(unit === undefined ? [] : [{ id: "unit", value: unit }]),
      ...(links === undefined ? [] : [{ id: "links", value: links.map((link) => link.build()) }]),
    ]);
  }
  return withoutFooter(panel);
}

/** Takes away an option that the SDK still sets, and that Grafana has no more. */
function withoutFooter(panel: Table): Builder<Panel> {
  const built = panel.build();
  const { footer: _, ...options } = built.options ?? {};
  return { build: () => ({ ...built, options }) };
}

export function logs(facts: Facts): Logs {
  return describe(new Logs(), facts, "loki").showTime(true).enableLogDetails(true);
}

/** A whole trace as a waterfall. */
export function trace(facts: Facts): AnyPanel {
  return describe(new AnyPanel().type("traces"), facts, "tempo");
}

export function nodeGraph(facts: Facts): AnyPanel {
  return describe(new AnyPanel().type("nodeGraph"), facts, "tempo");
}

/** Alerts of Prometheus that fire or are about to. */
export function alertList(facts: Facts): AnyPanel {
  return describe(new AnyPanel().type("alertlist"), facts).options({
    viewMode: "list",
    groupMode: "default",
    maxItems: 20,
    sortOrder: 3,
    // Grafana compares it with names, and fills in no variable.
    datasource: dataSources.prometheus.name,
    stateFilter: { firing: true, pending: true, error: false, normal: false, noData: false },
  });
}

export function text(facts: Facts & { readonly markdown: string }): Text {
  return describe(new Text(), facts).content(facts.markdown);
}
