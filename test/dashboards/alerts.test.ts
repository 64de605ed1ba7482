import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { createRule } from "../../dashboards/alerts/alert.ts";
import { alerts, createRuleFile } from "../../dashboards/alerts/alerts.ts";
import { dashboardsFolder } from "../support/dashboards.ts";
import { promtool } from "../support/promtool.ts";
import type { FiringAlert } from "./alert-cases/alert-case.ts";
import { httpCases, httpQuietCases } from "./alert-cases/http-cases.ts";
import { monitoringCases, monitoringQuietCases } from "./alert-cases/monitoring-cases.ts";
import { queueCases, queueQuietCases } from "./alert-cases/queue-cases.ts";
import { redisCases, redisQuietCases } from "./alert-cases/redis-cases.ts";
import { taskCases, taskQuietCases } from "./alert-cases/task-cases.ts";

const alertCases = [queueCases, taskCases, redisCases, httpCases, monitoringCases].flat();
const quietCases = [
  queueQuietCases,
  taskQuietCases,
  redisQuietCases,
  httpQuietCases,
  monitoringQuietCases,
].flat();

/** In the order of the file, as alerts ask for what is recorded before them. */
const groups = createRuleFile().groups.map(({ name }) => name);
const ruleFile = fileURLToPath(new URL("alerts.yaml", dashboardsFolder));

test.each(alertCases)(
  "$alert fires for as long as its trouble lasts",
  ({ alert, series, interval, quietAt, firesAt, firing, resolvedAt }) => {
    const expected = [
      ...quietAt.map((at) => [at, []] as const),
      [firesAt, firing],
      [resolvedAt, []],
    ] as const;
    const { output, status } = testRules(alert, series, expected, interval);
    expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  },
);

test.each(quietCases)("$alert stays silent: $because", ({ alert, series, quietAt }) => {
  const { output, status } = testRules(
    alert,
    series,
    quietAt.map((at) => [at, []] as const),
  );
  expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

test("fires the watchdog always, and says that the queue's state is missing when it is", () => {
  const always = testRules("Watchdog", {}, [["0m", [{ labels: {}, summary: "Alerting works" }]]]);
  const blind = { labels: {}, summary: "The state of the queue cannot be read" };
  const absent = testRules("TaskQueueMetricsBlind", {}, [["6m", [blind]]]);
  expect([always.status, absent.status]).toEqual([0, 0]);
});

test("fires RedisDown without an exporter when no service has a connection", () => {
  const down = { labels: {}, summary: "Redis does not answer" };
  const series = { 'taskqueue_redis_connection_up{client="queue"}': "0x9" };
  expect(testRules("RedisDown", series, [["3m", [down]]]).status).toBe(0);
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

test("wakes somebody up for five reasons only", () => {
  const pages = alerts.filter(({ severity }) => severity === "critical");
  expect(pages.map(({ name }) => name)).toEqual([
    "TaskQueueNoWorkers",
    "TaskQueueWorkerWedged",
    "TaskQueueHeartbeatStale",
    "RedisDown",
    "TaskQueueEnqueueFailing",
  ]);
});

/** Runs the shipped rules on these series and compares what fires at each time, annotations included. */
function testRules(
  alert: string,
  series: Readonly<Record<string, string>>,
  expected: readonly (readonly [at: string, firing: readonly FiringAlert[]])[],
  interval = "1m",
) {
  const content = JSON.stringify({
    rule_files: [ruleFile],
    group_eval_order: groups,
    evaluation_interval: interval,
    tests: [
      {
        interval: "1m",
        external_labels: { grafana_url: "https://grafana" },
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: expected.map(([at, firing]) => ({
          eval_time: at,
          alertname: alert,
          exp_alerts: firing.map((fired) => expectedAlert(alert, fired)),
        })),
      },
    ],
  });
  return promtool(["test", "rules"], content);
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
