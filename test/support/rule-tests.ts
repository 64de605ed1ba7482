import { fileURLToPath } from "node:url";
import { createRuleFile } from "../../dashboards/alerts/alerts.ts";
import { dashboardsFolder } from "./dashboards.ts";
import { promtool } from "./promtool.ts";

/** Time series as `promtool test rules` writes them, a sample a minute: `0x4` is five zeros. */
export type Series = Readonly<Record<string, string>>;

interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

export interface RuleTest {
  /** Its own, without a line break. */
  readonly name: string;
  readonly series: Series;
  /** How often rules are evaluated; every minute when left out. */
  readonly interval?: string | undefined;
  /** Alert -> what of it fires at each time. */
  readonly expected: Readonly<
    Record<string, readonly (readonly [at: string, firing: readonly ExpectedAlert[]])[]>
  >;
}

/** Runs the shipped rules on each test's series; returns what is not as expected, by the test's name. */
export function failedRuleTests(tests: readonly RuleTest[]): ReadonlyMap<string, string> {
  const byInterval = Map.groupBy(tests, ({ interval = "1m" }) => interval);
  const reports = [...byInterval].flatMap(([interval, some]) => {
    const { output, status } = runRuleTests(
      interval,
      some.map(({ name, series, expected }) => ({
        name,
        input_series: inputOf(series),
        alert_rule_test: Object.entries(expected).flatMap(([alertname, times]) =>
          times.map(([at, exp_alerts]) => ({ eval_time: at, alertname, exp_alerts })),
        ),
      })),
    );
    const named = output.split(/^ {4}name: /m).slice(1);
    if ((status === 0) !== (named.length === 0)) throw new Error(`promtool said: ${output}`);
    return named.map((text) => /^(?<name>.*),\n(?<report>[^]*)$/.exec(text)?.groups ?? {});
  });
  return new Map(reports.map(({ name = "", report = "" }) => [name, report]));
}

/** The alerts that fire at that time on these series, by the name of each. */
export function firingAlerts(
  worlds: Iterable<{ readonly name: string; readonly series: Series; readonly at: string }>,
): ReadonlyMap<string, readonly string[]> {
  const { output } = runRuleTests(
    "1m",
    Array.from(worlds, ({ name, series, at }) => ({
      input_series: inputOf(series),
      // Whatever fires is not what is expected, and is reported: a comment says of which world.
      promql_expr_test: [
        { expr: `ALERTS{alertstate="firing"} # ${name}`, eval_time: at, exp_samples: [] },
      ],
    })),
  );
  const reports = output.matchAll(/ # (?<name>.*)", time: .*\n.*\n +got: (?<got>.*)$/gm);
  return new Map(
    [...reports].map(({ groups: { name = "", got = "" } = {} }) => [
      name,
      [
        ...new Set([...got.matchAll(/alertname="(\w+)"/g)].map(([, alert = ""]) => alert)),
      ].toSorted(),
    ]),
  );
}

/** What promtool says of tests of the shipped rules. */
export function runRuleTests(interval: string, tests: readonly object[]) {
  const content = JSON.stringify({
    rule_files: [fileURLToPath(new URL("alerts.yaml", dashboardsFolder))],
    // In the order of the file, as alerts ask for what is recorded before them.
    group_eval_order: createRuleFile().groups.map(({ name }) => name),
    evaluation_interval: interval,
    tests: tests.map((one) => ({
      interval: "1m",
      external_labels: { grafana_url: "https://grafana" },
      ...one,
    })),
  });
  return promtool(["test", "rules"], content);
}

export function inputOf(series: Series) {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}
