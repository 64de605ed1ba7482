import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { createRule } from "../../dashboards/alerts/alert.ts";
import { alerts, createRuleFile } from "../../dashboards/alerts/alerts.ts";
import { recordings } from "../../dashboards/alerts/recordings.ts";
import { dashboardsFolder } from "../support/dashboards.ts";
import { isDeclared } from "../support/declared-series.ts";
import { readSelectors } from "../support/promql.ts";
import { failedRuleTests, inputOf, runRuleTests } from "../support/rule-tests.ts";
import type { FiringAlert, QuietCase } from "./alert-cases/alert-case.ts";
import { alertCases, quietCases } from "./alert-cases/every-case.ts";
import { furtherCases } from "./alert-cases/further-cases.ts";

const fires = (name: string) => `${name} fires for as long as its trouble lasts`;
const isShort = (name: string) => `${name} stays silent just short of trouble`;
const isQuiet = ({ alert, because }: QuietCase) => `${alert} stays silent: ${because}`;

/** All at once: promtool takes a while to start. */
const failures = failedRuleTests([
  ...alertCases.map(({ alert, series, interval, quietAt, firesAt, firing, resolvedAt }) => ({
    name: fires(alert),
    series,
    interval,
    expected: {
      [alert]: [
        ...silentAt(quietAt),
        [firesAt, firing.map((one) => expectedAlert(alert, one))] as const,
        ...silentAt([resolvedAt]),
      ],
    },
  })),
  ...alertCases.map(({ alert, series, interval, quietAt, firesAt, resolvedAt, below }) => ({
    name: isShort(alert),
    series: { ...series, ...below },
    interval,
    expected: { [alert]: silentAt([...quietAt, firesAt, resolvedAt]) },
  })),
  ...quietCases.map((quiet) => ({
    name: isQuiet(quiet),
    series: quiet.series,
    interval: quiet.interval,
    expected: { [quiet.alert]: silentAt(quiet.quietAt) },
  })),
  ...furtherCases.map(({ name, series, expected }) => ({
    name,
    series,
    expected: Object.fromEntries(
      Object.entries(expected).map(([alert, times]) => [
        alert,
        times.map(([at, firing]) => [at, firing.map((one) => expectedAlert(alert, one))] as const),
      ]),
    ),
  })),
]);

function silentAt(times: readonly string[]) {
  return times.map((at) => [at, []] as const);
}

const names = [
  ...alertCases.flatMap(({ alert }) => [fires(alert), isShort(alert)]),
  ...quietCases.map(isQuiet),
  ...furtherCases.map(({ name }) => name),
];

test.each(names)("%s", (name) => {
  expect(failures.get(name)).toBeUndefined();
});

test("has names of their own for cases, and no failure that belongs to none", () => {
  const unknown = [...failures.keys()].filter((name) => !names.includes(name));
  expect([unknown, new Set(names).size]).toEqual([[], names.length]);
});

test("changes at least one series, and adds none but buckets, where it is just short of trouble", () => {
  const wrong = alertCases.filter(({ series, below }) =>
    Object.entries(below).every(([name, values]) => series[name] === values),
  );
  expect(wrong.map(({ alert }) => alert)).toEqual([]);
});

test("gives fixtures only series that are declared, with labels that they have", () => {
  const series = [
    ...alertCases.flatMap((one) => [...Object.keys(one.series), ...Object.keys(one.below)]),
    ...[...quietCases, ...furtherCases].flatMap((one) => Object.keys(one.series)),
  ].flatMap(readSelectors);
  const undeclared = series.filter(({ name, labels }) => !isDeclared(name, labels));
  expect([undeclared, series.length > 100]).toEqual([[], true]);
});

test("has a case for every alert", () => {
  const covered = [...alertCases.map(({ alert }) => alert), "Watchdog"];
  expect(covered.toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
});

test("leads from every alert to the place in dashboards/README.md that says what to do", () => {
  const readme = readFileSync(new URL("README.md", dashboardsFolder), "utf8");
  const { repository } = manifest;
  const page = `${repository}/blob/main/dashboards/README.md`;
  const places = [...readme.matchAll(/<a id="(\w+)">/g)].map(([, id]) => `${page}#${id}`);
  expect(repository).toMatch(/^https:\/\/[^/]+\/[^/]+\/[^/]+(?<!\.git)$/);
  const runbooks = alerts.map((alert) => createRule(alert).annotations.runbook_url);
  expect(runbooks).toEqual(places);
});

test("wakes somebody up for seven reasons only", () => {
  const pages = alerts.filter(({ severity }) => severity === "critical");
  expect(pages.map(({ name }) => name)).toEqual([
    "TaskQueueNoWorkers",
    "TaskQueueWorkerWedged",
    "TaskQueueHeartbeatStale",
    "TaskQueueOldestJobMuchTooOld",
    "RedisDown",
    "TaskQueueEnqueueFailing",
    "TaskQueueProducerDown",
  ]);
});

test("tells of no exporter where nothing is to scrape it", () => {
  const here = alertsIn(createRuleFile(["taskqueue-producer", "taskqueue-worker", "redis"]));
  expect(alertsIn(createRuleFile()).filter((name) => !here.includes(name))).toEqual([
    "NodeExporterDown",
  ]);
});

test("counts no work of a worker that is gone for those that are left", () => {
  const { output, status } = runRuleTests("1m", [
    {
      input_series: inputOf({
        'taskqueue_worker_busy_seconds_total{queue="default",instance="a"}': "0+540x60",
        'taskqueue_worker_concurrency{queue="default",instance="a"}': "10x60",
        'taskqueue_worker_busy_seconds_total{queue="default",instance="b"}': "0+540x20 stale",
        'taskqueue_worker_concurrency{queue="default",instance="b"}': "10x20 stale",
      }),
      promql_expr_test: ["20m", "22m"].map((at) => ({
        expr: recordings.utilization.record,
        eval_time: at,
        exp_samples: [{ labels: `${recordings.utilization.record}{queue="default"}`, value: 0.9 }],
      })),
    },
  ]);
  expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

function alertsIn({ groups }: ReturnType<typeof createRuleFile>): string[] {
  return groups.flatMap(({ rules }) =>
    rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])),
  );
}

function expectedAlert(name: string, { labels, summary }: FiringAlert) {
  const source = alerts.find((alert) => alert.name === name);
  if (source === undefined) throw new Error(`there is no alert "${name}"`);
  const { severity, meaning, dashboard } = source;
  const variables = dashboard.variables.map((label) => `var-${label}=${labels[label] ?? ""}`);
  const query = variables.length === 0 ? "" : `?${variables.join("&")}`;
  return {
    exp_labels: { severity, ...labels },
    exp_annotations: {
      summary,
      description: meaning,
      runbook_url: `${manifest.repository}/blob/main/dashboards/README.md#${name.toLowerCase()}`,
      dashboard_url: `https://grafana/d/${dashboard.uid}${query}`,
    },
  };
}
