import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prometheusFeatures } from "../../dashboards/stack/prometheus.ts";
import { runUntilTestEnds } from "./command.ts";
import { dashboardsFolder } from "./dashboards.ts";
import { reservePort } from "./ports.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Its values over time, oldest first. */
  readonly values: readonly number[];
}

export interface Prometheus {
  /** What the query gives, from the start of this Prometheus until now, every second. */
  query(text: string): Promise<Sample[]>;
  /** What the query gives now. */
  queryNow(text: string): Promise<Sample[]>;
  /** Trace ids that observations of the query's series carry. */
  exemplarTraces(text: string, since: number): Promise<string[]>;
  /** Pending and firing alerts of that name, with their rendered annotations. */
  alerts(name: string): Promise<ActiveAlert[]>;
}

interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export interface PrometheusOptions {
  /** Addresses that the shipped configuration names -> those to scrape instead. */
  readonly addresses: Readonly<Record<string, string>>;
  /** How many times faster than shipped the rules' durations pass. */
  readonly haste?: number;
}

/** Debian's Prometheus with the shipped local configuration and rules, looking every second. */
export async function startPrometheus({
  addresses,
  haste = 1,
}: PrometheusOptions): Promise<Prometheus> {
  const folder = createTemporaryFolder();
  const configuration = Object.entries(addresses).reduce(
    (text, [from, to]) => text.replaceAll(new RegExp(`\\b${from}$`, "gm"), to),
    shipped("prometheus-local.yaml").replaceAll(": 15s", ": 1s"),
  );
  writeFileSync(join(folder, "prometheus.yaml"), configuration);
  writeFileSync(join(folder, "alerts.yaml"), hasten(shipped("alerts.yaml"), haste));

  const address = `127.0.0.1:${await reservePort()}`;
  const url = `http://${address}`;
  const startedAt = Date.now() / 1_000;
  const options = {
    "config.file": join(folder, "prometheus.yaml"),
    "storage.tsdb.path": join(folder, "data"),
    "web.listen-address": address,
    "enable-feature": prometheusFeatures.join(","),
  };
  await runUntilTestEnds(
    ["prometheus", ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    `${url}/-/ready`,
    { GRAFANA_URL: "http://grafana" },
  );

  const ask = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${url}/api/v1/${path}`, { method: "POST", body });
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== "success") throw new Error(`${parameters["query"]}: ${answer.error}`);
    return answer.data;
  };
  const range = () => ({ start: String(startedAt), end: String(Date.now() / 1_000) });
  return {
    async query(query) {
      const data = await ask("query_range", { query, ...range(), step: "1" });
      const { result } = data as { result: { metric: Labels; values: [number, string][] }[] };
      return result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([, value]) => Number(value)),
      }));
    },
    async queryNow(query) {
      const data = await ask("query", { query });
      const { result } = data as { result: { metric: Labels; value: [number, string] }[] };
      return result.map(({ metric, value: [, value] }) => ({
        labels: metric,
        values: [Number(value)],
      }));
    },
    async exemplarTraces(query, since) {
      const data = await ask("query_exemplars", { query, ...range() });
      const found = data as { exemplars: { labels: Labels; timestamp: number }[] }[];
      return found
        .flatMap(({ exemplars }) => exemplars)
        .filter(({ timestamp }) => timestamp * 1_000 >= since)
        .flatMap(({ labels }) => labels["trace_id"] ?? []);
    },
    async alerts(name) {
      const answer = await fetch(`${url}/api/v1/alerts`);
      const { data } = (await answer.json()) as { data: { alerts: ActiveAlert[] } };
      return data.alerts.filter(({ labels }) => labels["alertname"] === name);
    },
  };
}

type Labels = Readonly<Record<string, string>>;

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function shipped(file: string): string {
  return readFileSync(new URL(file, dashboardsFolder), "utf8");
}

/** Shortens every window, offset and `for` of a rule file; thresholds stay as they are. */
function hasten(rules: string, factor: number): string {
  return rules.replaceAll(
    /(?<=\[|offset |for: )(\d+)([smhd])\b/g,
    (_, count: string, unit: keyof typeof unitMs) =>
      `${Math.round((Number(count) * unitMs[unit]) / factor)}ms`,
  );
}
