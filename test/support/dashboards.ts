import { readdirSync, readFileSync } from "node:fs";

export const dashboardsFolder = new URL("../../dashboards/", import.meta.url);

/** A panel's query as it is committed; only Prometheus' and Loki's have `expr`, only Tempo's `query`. */
export interface TargetJson {
  readonly refId: string;
  readonly datasource: { readonly uid: string };
  readonly expr?: string;
  readonly query?: string;
  readonly queryType?: string;
  readonly exemplar?: boolean;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: unknown[] };
    };
  };
  readonly targets?: readonly TargetJson[];
}

interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly current?: { readonly value: string | readonly string[] };
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr?: string }[];
  };
}

/** The committed dashboards, each of which is one file. */
export function readDashboards(): DashboardJson[] {
  return readdirSync(dashboardsFolder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(new URL(file, dashboardsFolder), "utf8")));
}

export interface Query {
  /** Where it stands: dashboard, panel and query. */
  readonly at: string;
  readonly text: string;
}

/** Every query in the language of a data source, those of annotations and variables included. */
export function queriesOf(source: "prometheus" | "tempo" | "loki"): Query[] {
  return readDashboards().flatMap(({ uid, panels, annotations, templating }) => [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ datasource }) => datasource.uid === `\${${source}}`)
        .map(({ refId, expr, query = "" }) => ({
          at: `${uid}: ${title} ${refId}`,
          text: expr ?? query,
        })),
    ),
    ...(source === "prometheus"
      ? [
          ...annotations.list.map(({ name, expr = "" }) => ({ at: `${uid}: ${name}`, text: expr })),
          ...templating.list
            .filter(({ type }) => type === "query")
            .map(({ name, query }) => ({ at: `${uid}: $${name}`, text: vectorOf(query) })),
        ]
      : []),
  ]);
}

/** The PromQL within Grafana's `label_values(…, label)`. */
function vectorOf(query: string): string {
  return /^label_values\((.+), \w+\)$/.exec(query)?.[1] ?? query;
}
