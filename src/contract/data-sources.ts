/** Grafana's data sources that dashboards and job pages read; a `uid` is for ever. */
export const dataSources = {
  prometheus: { uid: "prometheus", type: "prometheus", name: "Prometheus" },
  tempo: { uid: "tempo", type: "tempo", name: "Tempo" },
  loki: { uid: "loki", type: "loki", name: "Loki" },
} as const;

export type DataSourceName = keyof typeof dataSources;
