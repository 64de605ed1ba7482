import { join, resolve } from "node:path";
import { createLocalScraping, type LocalAddresses } from "../../../dashboards/stack/scraping.ts";
import { prometheusFeatures } from "../../contract/monitoring.ts";
import type { Helper } from "./helper.ts";

const rules = resolve(import.meta.dirname, "../../../dashboards/alerts.yaml");

/** Prometheus with the shipped rules, for this machine alone; `grafanaUrl` is where alerts link to. */
export function createPrometheus({
  binary,
  folder,
  port,
  addresses,
  grafanaUrl,
}: {
  binary: string;
  folder: string;
  port: number;
  addresses: LocalAddresses;
  grafanaUrl: string;
}): Helper {
  const config = join(folder, "prometheus.yaml");
  const options = {
    "config.file": config,
    "storage.tsdb.path": join(folder, "data"),
    "web.listen-address": `127.0.0.1:${port}`,
    "enable-feature": prometheusFeatures.join(","),
    "log.level": "warn",
  };
  return {
    name: "prometheus",
    command: [binary, ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    env: { GRAFANA_URL: grafanaUrl },
    files: { [config]: { ...createLocalScraping(addresses), rule_files: [rules] } },
  };
}
