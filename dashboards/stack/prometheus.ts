/** What Prometheus is started with, as `--enable-feature`, before version 3. */
export const prometheusFeatures = ["exemplar-storage", "expand-external-labels"] as const;

interface PrometheusPlace {
  /** Path of its configuration, see `scraping.ts`. */
  readonly config: string;
  readonly folder: string;
  readonly port: number;
  /** What its data may take at most, besides the age of 15 days. */
  readonly maxGB?: number;
}

/** Prometheus' command line; for its own machine alone. */
export function createPrometheusOptions({
  config,
  folder,
  port,
  maxGB,
}: PrometheusPlace): string[] {
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}`,
    "--storage.tsdb.retention.time=15d",
    ...(maxGB === undefined ? [] : [`--storage.tsdb.retention.size=${maxGB}GB`]),
    `--web.listen-address=127.0.0.1:${port}`,
    // Tempo writes what it counts between services.
    "--web.enable-remote-write-receiver",
    `--enable-feature=${prometheusFeatures.join(",")}`,
    "--log.level=warn",
  ];
}

/** What Prometheus reads from its environment: alerts link to dashboards there. */
export function createPrometheusVariables(grafanaUrl: string) {
  return { GRAFANA_URL: grafanaUrl };
}
