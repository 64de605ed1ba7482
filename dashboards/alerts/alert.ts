import manifest from "../../package.json" with { type: "json" };
import { overviewUid, taskUid } from "../panels/links.ts";
import type { ScrapeJobName } from "../stack/scraping.ts";

/**
 * `critical` wakes somebody up, `warning` is for working hours, `info` is worth knowing; `none` is
 * for machines.
 */
type Severity = "critical" | "warning" | "info" | "none";

export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** How long the expression must hold; at once when left out. */
  readonly for?: string;
  readonly severity: Severity;
  /** One line about this case, in Prometheus' template language. */
  readonly summary: string;
  /** What it means, for whoever has never seen it. */
  readonly meaning: string;
  readonly firstLook: string;
  readonly remedy: string;
  readonly dashboard: DashboardView;
  /** What it needs to be scraped; where nothing scrapes that, the alert is left out. */
  readonly scraped?: ScrapeJobName;
}

/** A dashboard, narrowed down by labels of the alert. */
interface DashboardView {
  readonly uid: string;
  readonly variables: readonly string[];
}

export const overviewOfAll: DashboardView = { uid: overviewUid, variables: [] };
export const overviewOfQueue: DashboardView = { uid: overviewUid, variables: ["queue"] };
export const detailOfTask: DashboardView = { uid: taskUid, variables: ["queue", "task"] };
export const detailOfWorker: DashboardView = { uid: taskUid, variables: ["instance"] };

/** The alert as Prometheus reads it. */
export function createRule({ name, expr, severity, summary, meaning, dashboard, ...rest }: Alert) {
  return {
    alert: name,
    expr,
    ...(rest.for !== undefined && { for: rest.for }),
    labels: { severity },
    annotations: {
      summary,
      description: meaning,
      runbook_url: runbookOf(name),
      dashboard_url: dashboardUrl(dashboard),
    },
  };
}

function runbookOf(name: string): string {
  return `${manifest.repository}/blob/main/dashboards/README.md#${anchorOf(name)}`;
}

/** The place in `dashboards/README.md` that says what to do about the alert. */
export function anchorOf(name: string): string {
  return name.toLowerCase();
}

function dashboardUrl({ uid, variables }: DashboardView): string {
  const query = variables.map((label) => `var-${label}={{ $labels.${label} }}`).join("&");
  const url = `{{ $externalLabels.grafana_url }}/d/${uid}`;
  return query === "" ? url : `${url}?${query}`;
}
