import { anchorOf } from "../../../dashboards/alerts/alert.ts";
import { alerts } from "../../../dashboards/alerts/alerts.ts";
import { type Variable, variables } from "../../contract/environment.ts";
import { failureClasses } from "../../contract/failures.ts";
import { type MetricSpec, metrics } from "../../contract/metrics.ts";
import { type Service, services } from "../../contract/topology.ts";
import { fillPlace, table } from "./table.ts";

const blamed = { caller: "the submitter", system: "us" } as const;

const setters = {
  operator: code("tripod:environment"),
  stack: "set by the stack",
  nobody: "",
} as const;

/** The README's tables that say what the code says, by the name of their place there. */
const tables = {
  variables: table(
    ["variable", "default", "meaning", "on EC2"],
    Object.entries<Variable>(variables).map(([name, { default: fallback, meaning, onEc2 }]) => [
      code(name),
      fallback === undefined ? "" : code(String(fallback)),
      meaning,
      setters[onEc2.by],
    ]),
  ),
  failures: table(
    ["`error_type`", "to mend by", "meaning"],
    Object.entries(failureClasses).map(([name, { blame, meaning }]) => [
      code(name),
      blamed[blame],
      meaning,
    ]),
  ),
  metrics: table(
    ["metric", "type", "labels", "from", "what it tells"],
    Object.values<MetricSpec>(metrics).map(({ name, type, labels, exporters, help }) => [
      code(name),
      type,
      labels.map(code).join(", "),
      exporters.join(", "),
      help,
    ]),
  ),
  alerts: table(
    ["alert", "severity", "it means", "look first at", "then"],
    alerts.map(({ name, severity, meaning, firstLook, remedy }) => [
      `<a id="${anchorOf(name)}"></a>${name}`,
      severity,
      meaning,
      firstLook,
      remedy,
    ]),
  ),
  flows: table(
    ["from", "to", "port", "for"],
    Object.values<Service>(services).flatMap(({ host, port, callers, purpose }) =>
      callers.map((caller) => [caller, host, String(port), purpose]),
    ),
  ),
} as const;

/** The text with each table put anew between its markers; throws if a table has no place in it. */
export function fillTables(text: string): string {
  return Object.entries(tables).reduce(
    (filled, [name, rows]) => fillPlace(filled, name, rows),
    text,
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
