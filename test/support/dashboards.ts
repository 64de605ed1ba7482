import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

export const dashboardsFolder = new URL("../../dashboards/", import.meta.url);

/** A panel's query as it is committed; only Prometheus' and Loki's have `expr`, only Tempo's `query`. */
interface TargetJson {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly expr?: string;
  readonly query?: string;
  readonly queryType?: string;
  readonly tableType?: string;
  readonly spss?: number;
  readonly exemplar?: boolean;
}

interface OverrideJson {
  readonly matcher: { readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
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
    readonly overrides: readonly OverrideJson[];
  };
  readonly targets?: readonly TargetJson[];
  readonly options?: Readonly<Record<string, unknown>>;
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
  readonly links: readonly object[];
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

/** What Grafana puts in place of its variables when all is chosen. */
const filled: Readonly<Record<string, string>> = {
  $__rate_interval: "1m",
  $__range: "1h",
  $__tags: 'task="divide"',
  $queue: ".+",
  $task: ".+",
  $instance: ".+",
  "${queue:pipe}": ".+",
  "${task:pipe}": ".+",
  "${error_type:pipe}": ".+",
  "${min_duration}": "1s",
  "${job_id}": "evx55v52neosn2z2g6vg6nazoy",
  "${trace_id}": "0af7651916cd43dd8448eb211c80319c",
  "${__span.traceId}": "0af7651916cd43dd8448eb211c80319c",
};

/**
 * The query as Grafana sends it, with other values for some variables; throws for a variable that no
 * dashboard has.
 */
export function fillVariables(text: string, values: Readonly<Record<string, string>> = {}): string {
  return text.replaceAll(/\$\{[^}]+\}|\$\w+/g, (variable) => {
    const value = values[variable] ?? filled[variable];
    if (value === undefined) throw new Error(`there is no variable "${variable}"`);
    return value;
  });
}

/** The values of what nobody has typed into yet. */
export function untyped(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readDashboards()
      .flatMap(({ templating }) => templating.list)
      .filter(({ type }) => type === "textbox")
      .map(({ name }) => [`\${${name}}`, ""]),
  );
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

interface RuleJson {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
}

/** The expression of every committed recording and alerting rule. */
export function readRules(): Query[] {
  const { groups }: { groups: readonly { rules: readonly RuleJson[] }[] } = parse(
    readFileSync(new URL("alerts.yaml", dashboardsFolder), "utf8"),
  );
  return groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, record, expr }) => ({ at: alert ?? record ?? "", text: expr }));
}
