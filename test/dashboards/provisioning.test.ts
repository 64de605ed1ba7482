import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createGrafanaVariables } from "../../dashboards/stack/grafana.ts";
import { dataSources } from "../../src/contract/data-sources.ts";
import { dashboardsFolder, readDashboards } from "../support/dashboards.ts";

const file = new URL("grafana/datasources/tripod.yaml", dashboardsFolder);
const provisioned: { uid: string; type: string; jsonData: object }[] = parse(
  readFileSync(file, "utf8"),
).datasources;
const uids = provisioned.map(({ uid }) => uid);

test("provisions every data source that a dashboard asks for", () => {
  const dashboards = readDashboards();
  const asked = dashboards.flatMap(({ panels, templating }) => {
    const chosen = new Map(
      templating.list.map(({ name, current }) => [`\${${name}}`, String(current?.value)]),
    );
    return panels
      .flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((t) => t.datasource)])
      .flatMap((ref) => (ref === undefined ? [] : (chosen.get(ref.uid) ?? ref.uid)));
  });
  expect([...new Set(asked)].toSorted()).toEqual(uids.toSorted());
});

test("links each data source to others that are provisioned", () => {
  const linked = JSON.stringify(provisioned.map(({ jsonData }) => jsonData));
  const targets = [...linked.matchAll(/"datasourceUid":"(\w+)"/g)].map(([, uid]) => uid);
  expect(targets).toEqual(["tempo", "loki", "prometheus", "prometheus", "tempo"]);
  expect(uids).toEqual(Object.keys(dataSources));
});

test("leaves Grafana's own variables to Grafana: the environment is not asked for them", () => {
  const text = readFileSync(file, "utf8");
  const unescaped = text.match(/(?<!\$)(?:\$\$)*\$(?!\$)\S*/g);
  expect([unescaped, text.match(/\$\$/g)?.length]).toEqual([null, 4]);
});

test("keeps Grafana's own data sources as they came, and no process for those that are not asked", () => {
  const variables = createGrafanaVariables({
    url: "http://localhost:3000",
    listen: { address: "127.0.0.1", port: 3000 },
    provisioning: "/provisioning",
    dashboards: "/dashboards",
    adminPassword: "",
    open: true,
  });
  expect(variables).toMatchObject({ GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false" });
  expect(variables).not.toHaveProperty("GF_PLUGINS_PREINSTALL_DISABLED");
  const disabled = variables["GF_PLUGINS_DISABLE_PLUGINS"]?.split(",") ?? [];
  const asked = new Set([
    ...provisioned.map(({ type }) => type),
    ...readDashboards().flatMap(({ panels }) => panels.map(({ type }) => type)),
  ]);
  expect([disabled.filter((plugin) => asked.has(plugin)), disabled]).toEqual([
    [],
    expect.arrayContaining(["cloudwatch", "mysql", "grafana-metricsdrilldown-app"]),
  ]);
});
