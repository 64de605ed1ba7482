import { expect, test } from "vitest";
import { dataSources } from "../../src/contract/data-sources.ts";
import { type PanelJson, readDashboards } from "../support/dashboards.ts";

const dashboards = readDashboards();
const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.filter(({ type }) => type !== "row"),
);

test("has the three dashboards, and panels on each", () => {
  expect(dashboards.map(({ uid, panels: all }) => [uid, all.length > 10])).toEqual([
    ["taskqueue-journey", true],
    ["taskqueue-overview", true],
    ["taskqueue-task", true],
  ]);
});

test.each(dashboards)(
  "gives each panel of $uid an id and a place of its own",
  ({ panels: all }) => {
    const ids = new Set(all.map(({ id }) => id));
    const overlaps = all.flatMap((a, at) =>
      all.slice(at + 1).filter((b) => overlap(a.gridPos, b.gridPos)),
    );
    const outside = all.filter(({ gridPos: { x, w } }) => x + w > 24);
    expect([ids.size, overlaps, outside]).toEqual([all.length, [], []]);
  },
);

function overlap(a: PanelJson["gridPos"], b: PanelJson["gridPos"]): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

test("says of every panel what it shows, in which unit, and from which value on it matters", () => {
  const silent = panels.filter(
    ({ description = "", fieldConfig }) =>
      description.length < 20 ||
      fieldConfig?.defaults.unit === undefined ||
      (fieldConfig.defaults.thresholds?.steps ?? []).length === 0,
  );
  expect(silent).toEqual([]);
});

test("gives each query of a panel a name of its own", () => {
  const clashes = panels.filter(
    ({ targets = [] }) => new Set(targets.map(({ refId }) => refId)).size !== targets.length,
  );
  expect(clashes).toEqual([]);
});

test("leads from every quantile drawn over time to the traces behind it, where there are any", () => {
  const quantiles = panels
    .filter(({ type }) => type === "timeseries")
    .flatMap(({ targets = [] }) => targets)
    .filter(({ expr = "" }) => expr.startsWith("histogram_quantile"));
  const blind = quantiles.filter(({ exemplar }) => exemplar !== true).map(({ expr }) => expr);
  expect([blind, quantiles.length > 10]).toEqual([
    [expect.stringContaining("taskqueue_redis_ping_duration_seconds_bucket")],
    true,
  ]);
});

test("leads from every job's id to its status page and to Bull Board, and from its span to its trace", () => {
  const found = panels
    .filter(({ type, datasource }) => type === "table" && datasource?.uid === "${tempo}")
    .map((table) => [linksOf(table, "messaging.message.id"), linksOf(table, "spanID")]);
  expect(found).toEqual(
    Array.from({ length: 4 }, () => [
      [
        "${public_url:raw}/jobs/${__value.raw}",
        '${board_url:raw}/board/queue/${__data.fields["messaging.destination.name"]}/${__value.raw}',
      ],
      ["/d/taskqueue-journey?${__url_time_range}&var-trace_id=${__data.fields.traceIdHidden}"],
    ]),
  );
});

function linksOf({ fieldConfig }: PanelJson, field: string): string[] {
  const properties = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.options === field)
    .flatMap((override) => override.properties);
  const links = properties.find(({ id }) => id === "links")?.value as { url: string }[] | undefined;
  return (links ?? []).map(({ url }) => url);
}

test("hides neither links nor annotations in a menu", () => {
  const links = JSON.stringify(dashboards).match(/"title":"(Tripod|Task form|Bull Board)"/g) ?? [];
  expect([JSON.stringify(dashboards).includes("inControlsMenu"), links.length > 10]).toEqual([
    false,
    true,
  ]);
});

test("lists the alerts of a data source that it calls by name, as Grafana compares nothing else", () => {
  const names = panels
    .filter(({ type }) => type === "alertlist")
    .map(({ options }) => options?.["datasource"]);
  expect(names).toEqual([dataSources.prometheus.name]);
});

test("asks Tempo for the latest spans, and for more of a trace than the three that it gives unasked", () => {
  const searches = panels
    .flatMap(({ targets = [] }) => targets)
    .filter(({ tableType }) => tableType === "spans");
  const wrong = searches.filter(
    ({ query = "", spss = 3 }) => spss <= 3 || !query.endsWith(" with (most_recent=true)"),
  );
  expect([wrong, searches.length]).toEqual([[], 4]);
});
