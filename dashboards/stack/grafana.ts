/**
 * Plugins that come with Grafana 13 or that it fetches at its first start, and that show nothing of
 * ours: each data source here is a process of its own, on a host with 2 GiB of memory.
 */
const unneededPlugins = [
  "cloudwatch",
  "elasticsearch",
  "grafana-advisor-app",
  "grafana-azure-monitor-datasource",
  "grafana-exploretraces-app",
  "grafana-lokiexplore-app",
  "grafana-metricsdrilldown-app",
  "grafana-postgresql-datasource",
  "grafana-pyroscope-app",
  "grafana-pyroscope-datasource",
  "grafana-testdata-datasource",
  "graphite",
  "influxdb",
  "jaeger",
  "mssql",
  "mysql",
  "opentsdb",
  "parca",
  "stackdriver",
  "zipkin",
] as const;

interface GrafanaPlace {
  /** Where browsers find it. */
  readonly url: string;
  /** `address` is `0.0.0.0` for all interfaces. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Folders of provisioned data sources and providers, and of the dashboards. */
  readonly provisioning: string;
  readonly dashboards: string;
  /** The password itself, or where Grafana reads it: `$__file{path}`. */
  readonly adminPassword: string;
  /** Whether everybody who reaches it may look and explore; nobody can log in then. */
  readonly open: boolean;
}

/** Environment variables that take the place of lines in Grafana's `grafana.ini`. */
export function createGrafanaVariables(place: GrafanaPlace) {
  return {
    GF_SERVER_ROOT_URL: place.url,
    GF_SERVER_HTTP_ADDR: place.listen.address,
    GF_SERVER_HTTP_PORT: String(place.listen.port),
    GF_SECURITY_ADMIN_PASSWORD: place.adminPassword,
    GF_PATHS_PROVISIONING: place.provisioning,
    TRIPOD_DASHBOARDS: place.dashboards,
    GF_LOG_MODE: "console",
    GF_LOG_LEVEL: "warn",
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_NEWS_NEWS_FEED_ENABLED: "false",
    // At each start Grafana would put newer data sources in the place of its own, and have neither
    // where that fails half way; what is missing it may still fetch.
    GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false",
    GF_PLUGINS_DISABLE_PLUGINS: unneededPlugins.join(","),
    ...(place.open && {
      // A page of another site could lead a browser here by a name of its own (DNS rebinding).
      GF_SERVER_DOMAIN: new URL(place.url).hostname,
      GF_SERVER_ENFORCE_DOMAIN: "true",
      GF_AUTH_ANONYMOUS_ENABLED: "true",
      // A viewer may not explore, and the links from a job to its trace and logs lead there.
      GF_AUTH_ANONYMOUS_ORG_ROLE: "Editor",
      GF_AUTH_BASIC_ENABLED: "false",
      GF_AUTH_DISABLE_LOGIN_FORM: "true",
    }),
  };
}
