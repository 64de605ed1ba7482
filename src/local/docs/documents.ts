import { anchorOf } from "../../../dashboards/alerts/alert.ts";
import { alerts } from "../../../dashboards/alerts/alerts.ts";
import { sourcesOf, toldBy } from "../../../dashboards/alerts/sources.ts";
import { type State, states } from "../../../dashboards/alerts/states.ts";
import { type Setting, settings } from "../../../infra/settings.ts";
import { type Variable, variables } from "../../contract/environment.ts";
import { failureClasses } from "../../contract/failures.ts";
import { type MetricSpec, metrics } from "../../contract/metrics.ts";
import {
  type Endpoint,
  endpoints,
  hosts,
  outboundPorts,
  outboundPurposes,
} from "../../contract/topology.ts";
import { fillPlace, table } from "./table.ts";

const blamed = { caller: "the submitter", system: "us", nobody: "nobody" } as const;

const setters = {
  operator: code("tripod:environment"),
  stack: "set by the stack",
  nobody: "",
} as const;

/** The tables of one document, by the name of their place in it. */
type Tables = Readonly<Record<string, string>>;

/** The documents that have tables of what the code says, by their path in the project. */
export function createDocuments(): Readonly<Record<string, Tables>> {
  return {
    "src/README.md": { failures: failureTable(), variables: variableTable() },
    "infra/README.md": { flows: flowTable(), configuration: configurationTable() },
    "dashboards/README.md": {
      alerts: alertTable(),
      states: stateTable(),
      blindness: blindnessTable(),
      metrics: metricTable(),
    },
  };
}

/** The text with each table put anew between its markers; throws if a table has no place in it. */
export function fillTables(text: string, tables: Tables): string {
  return Object.entries(tables).reduce(
    (filled, [name, rows]) => fillPlace(filled, name, rows),
    text,
  );
}

function variableTable(): string {
  return table(
    ["variable", "default", "meaning", "on EC2"],
    Object.entries<Variable>(variables).map(([name, { default: fallback, meaning, onEc2 }]) => [
      code(name),
      fallback === undefined ? "" : code(String(fallback)),
      meaning,
      setters[onEc2.by],
    ]),
  );
}

function failureTable(): string {
  return table(
    ["`error_type`", "to be fixed by", "meaning"],
    Object.entries(failureClasses).map(([name, { blame, meaning }]) => [
      code(name),
      blamed[blame],
      meaning,
    ]),
  );
}

function metricTable(): string {
  return table(
    ["metric", "type", "labels", "from", "meaning"],
    Object.values<MetricSpec>(metrics).map(({ name, type, labels, exporters, help }) => [
      code(name),
      type,
      labels.map(code).join(", "),
      exporters.join(", "),
      help,
    ]),
  );
}

function alertTable(): string {
  return table(
    ["alert", "severity", "it means", "look first at", "then"],
    alerts.map(({ name, severity, meaning, firstLook, remedy }) => [
      `<a id="${anchorOf(name)}"></a>${name}`,
      severity,
      meaning,
      firstLook,
      remedy,
    ]),
  );
}

function stateTable(): string {
  const severe = new Set(
    alerts.filter(({ severity }) => severity === "critical").map(({ name }) => name),
  );
  return table(
    ["state", "faults", "wakes somebody up", "tells of it"],
    Object.values<State>(states).map(({ state, faults, fires }) => [
      state,
      faults.join(", "),
      fires.filter((name) => severe.has(name)).join(", "),
      fires.filter((name) => !severe.has(name)).join(", "),
    ]),
  );
}

function blindnessTable(): string {
  return table(
    ["alert", "fires in the states", "reads", "when its targets are gone"],
    alerts.map((alert) => {
      const read = sourcesOf(alert);
      return [
        alert.name,
        Object.values<State>(states)
          .filter(({ fires }) => fires.includes(alert.name))
          .map(({ state }) => state)
          .join("; "),
        read.map(({ name }) => code(name)).join(", "),
        [...new Set(read.flatMap(({ jobs }) => jobs.map((job) => toldBy[job])))].join(", "),
      ];
    }),
  );
}

function flowTable(): string {
  const calls = Object.values<Endpoint>(endpoints).flatMap(({ host, port, callers, purpose }) =>
    callers.map((caller) => [caller, host, String(port), purpose]),
  );
  const outbound = hosts.map((host) => [
    host,
    "internet",
    outboundPorts.join(", "),
    outboundPurposes[host],
  ]);
  return table(["from", "to", "port", "for"], [...calls, ...outbound]);
}

function configurationTable(): string {
  return table(
    ["setting", "default", "meaning"],
    Object.entries<Setting>(settings).map(([name, { default: fallback, meaning }]) => [
      code(name),
      code(fallback),
      meaning,
    ]),
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
