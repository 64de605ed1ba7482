import { join } from "node:path";
import { createRuleFile } from "../../../dashboards/alerts/alerts.ts";
import {
  createPrometheusOptions,
  createPrometheusVariables,
} from "../../../dashboards/stack/prometheus.ts";
import {
  createLocalScraping,
  type LocalAddresses,
  scrapeJobs,
} from "../../../dashboards/stack/scraping.ts";
import type { Watcher } from "./watcher.ts";

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
  const scraped = scrapeJobs.filter((job) => addresses.targets[job] !== undefined);
  const options = createPrometheusOptions({ config, folder: join(folder, "data"), port });
  return {
    name: "prometheus",
    command: [binary, ...options],
    env: createPrometheusVariables(grafanaUrl),
    files: {
      [config]: createLocalScraping(addresses),
      [join(folder, "alerts.yaml")]: createRuleFile(scraped),
    },
  };
}
