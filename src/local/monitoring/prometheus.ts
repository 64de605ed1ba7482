import { join, resolve } from "node:path";
import {
  createPrometheusOptions,
  createPrometheusVariables,
} from "../../../dashboards/stack/prometheus.ts";
import { createLocalScraping, type LocalAddresses } from "../../../dashboards/stack/scraping.ts";
import type { Watcher } from "./watcher.ts";

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
}): Watcher {
  const config = join(folder, "prometheus.yaml");
  const options = createPrometheusOptions({ config, folder: join(folder, "data"), port });
  return {
    name: "prometheus",
    command: [binary, ...options],
    env: createPrometheusVariables(grafanaUrl),
    files: { [config]: { ...createLocalScraping(addresses), rule_files: [rules] } },
  };
}
