import type { dataquery as LokiQuery } from "@grafana/grafana-foundation-sdk/loki";
import type { Dataquery as PrometheusQuery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Dataquery as TempoQuery } from "@grafana/grafana-foundation-sdk/tempo";
import type {
  DashboardLink,
  FieldConfig,
  FieldConfigSource,
  Panel,
  RowPanel,
} from "@grafana/schema";
import type { Options as BarGauge } from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as Gauge } from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type { Options as Logs } from "@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen";
import type { Options as NodeGraph } from "@grafana/schema/dist/esm/raw/composable/nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen";
import type { Options as Stat } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as stateTimeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as Text } from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** Grafana's own types as JSON has them: enums are their values, and what is missing has a default. */
type Json<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends readonly (infer Element)[]
      ? Json<Element>[]
      : T extends object
        ? { [K in keyof T]?: Json<T[K]> }
        : T;

type None = Record<string, never>;

type PanelOf<Options, Custom = None> = Json<
  Omit<Panel, "options" | "fieldConfig" | "targets"> & {
    options: Options;
    fieldConfig: Omit<FieldConfigSource, "defaults"> & {
      defaults: Omit<FieldConfig, "custom"> & { custom: Custom };
    };
  }
>;

/** Panels of Grafana by their type, without their targets. */
export interface PanelTypes {
  readonly row: Json<RowPanel>;
  readonly timeseries: PanelOf<timeseries.Options, timeseries.FieldConfig>;
  readonly stat: PanelOf<Stat>;
  readonly gauge: PanelOf<Gauge>;
  readonly bargauge: PanelOf<BarGauge>;
  readonly heatmap: PanelOf<heatmap.Options, heatmap.FieldConfig>;
  readonly logs: PanelOf<Logs>;
  readonly "state-timeline": PanelOf<stateTimeline.Options, stateTimeline.FieldConfig>;
  readonly table: PanelOf<table.Options, table.FieldConfig>;
  readonly text: PanelOf<Text>;
  readonly nodeGraph: PanelOf<NodeGraph>;
  // The schema has no options of these two.
  readonly traces: PanelOf<None>;
  readonly alertlist: PanelOf<Record<string, unknown>>;
}

type Query<T> = Json<Omit<T, "_implementsDataqueryVariant">> & { readonly refId: string };

/** Targets by the type of their data source, which the schema leaves to the data sources' plugins. */
export interface TargetTypes {
  readonly prometheus: Query<PrometheusQuery>;
  readonly loki: Query<LokiQuery>;
  readonly tempo: Query<TempoQuery>;
}

/** What the bar on top of a dashboard leads to. */
export type TopLink = Json<DashboardLink>;
