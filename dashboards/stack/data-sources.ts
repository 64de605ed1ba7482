/** The data sources that dashboards read and Grafana is provisioned with; a `uid` is for ever. */
export const dataSources = {
  prometheus: { uid: "prometheus", type: "prometheus", name: "Prometheus" },
  tempo: { uid: "tempo", type: "tempo", name: "Tempo" },
  loki: { uid: "loki", type: "loki", name: "Loki" },
} as const;

export type DataSourceName = keyof typeof dataSources;

/** The data source that a dashboard's variable of the same name points to. */
export function dataSourceRef(name: DataSourceName): { type: string; uid: string } {
  return { type: dataSources[name].type, uid: `\${${name}}` };
}
