import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dataSourceRef } from "../query/data-source-ref.ts";
import { topLinks } from "./links.ts";
import { inSight } from "./placement.ts";
import { count, series } from "../query/promql.ts";
import { everyService } from "../query/scope.ts";
import { producerUrlVariables } from "./variables.ts";

interface Section {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
  /** Drawn anew for each value of this variable. */
  readonly repeat?: string;
}

interface DashboardFacts {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
}

/** A dashboard in the house's style: a row for each section, panels numbered in reading order. */
export function createDashboard(facts: DashboardFacts): Dashboard {
  const builder = new DashboardBuilder(facts.title)
    .uid(facts.uid)
    .description(facts.description)
    .tags(["tripod"])
    .readonly()
    .time({ from: "now-1h", to: "now" })
    .refresh("15s")
    .tooltip(DashboardCursorSync.Crosshair)
    .links([...topLinks()])
    .variables([...facts.variables, ...producerUrlVariables()])
    .annotations(annotations());
  for (const { title, panels, repeat } of facts.sections) {
    const row = new RowBuilder(title);
    builder.withRow(repeat === undefined ? row : row.repeat(repeat));
    for (const panel of panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  for (const [index, panel] of (dashboard.panels ?? []).entries()) {
    panel.id = index + 1;
    if ("targets" in panel) nameQueries(panel.targets ?? []);
  }
  return dashboard;
}

/** Grafana tells a panel's queries apart by their `refId`. */
function nameQueries(queries: readonly Dataquery[]): void {
  for (const [index, query] of queries.entries()) {
    if (!("refId" in query)) Object.assign(query, { refId: String.fromCharCode(65 + index) });
  }
}

/** Restarts and releases, drawn over every graph: the first question is what has changed. */
function annotations(): Builder<AnnotationQuery>[] {
  const release = count(series("buildInfo"), ["version", "git_sha"]);
  return [
    annotation("Restarts", "orange")
      .expr(`changes(${series("processStart", everyService)}[2m]) > 0`)
      .titleFormat("{{job}} restarted")
      .textFormat("{{instance}}"),
    annotation("Releases", "blue")
      .expr(
        `${release} unless ${count(`${series("buildInfo")} offset 5m`, ["version", "git_sha"])}`,
      )
      .titleFormat("release {{version}}")
      .textFormat("{{git_sha}}"),
  ].map(inSight);
}

function annotation(name: string, color: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(dataSourceRef("prometheus"))
    .enable(true)
    .iconColor(color)
    .step("30s");
}
