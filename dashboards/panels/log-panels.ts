import { logs, timeseries } from "./panels.ts";
import { anyOf, rate, series, sum } from "../query/promql.ts";
import { logsOfTask, logsOfTrace, troubles } from "../query/logql.ts";
import { lines, logLines } from "../query/queries.ts";
import { everyService } from "../query/scope.ts";

/** What the services logged as warnings and errors. */
export function troubleLogs() {
  return logs({
    title: "Warnings and errors",
    description:
      "Log lines of producer and worker at level warn and above; each leads to its trace.",
    unit: "none",
    width: 24,
    queries: [logLines(troubles())],
  });
}

/** What became of the lines that strangers can cause. */
export function lineRates() {
  return [
    timeseries({
      title: "Logins refused",
      description:
        "Wrong guesses of Bull Board's password, and those that were too many to be tried.",
      unit: "ops",
      width: 8,
      queries: [
        lines(sum(rate(series("logLines", { line: anyOf("login_.*") })), ["line"]), "{{line}}"),
      ],
    }),
    timeseries({
      title: "Log lines held back",
      description: "Lines beyond what their kind has in a minute: counted, but not in the log.",
      unit: "ops",
      width: 8,
      queries: [
        lines(sum(rate(series("logLines", { outcome: "held_back" })), ["line"]), "{{line}}"),
      ],
    }),
    timeseries({
      title: "Telemetry lost",
      description:
        "Spans and log records that did not reach Tempo and Loki: not_taken or rejected by them, or no_room to wait.",
      unit: "ops",
      width: 8,
      queries: [
        lines(
          sum(rate(series("otlpDropped", everyService)), ["job", "signal", "reason"]),
          "{{job}} {{signal}} {{reason}}",
        ),
      ],
    }),
  ];
}

export function taskLogs() {
  return logs({
    title: "Log",
    description: "What the services logged about jobs of this task.",
    unit: "none",
    width: 12,
    queries: [logLines(logsOfTask("${task:pipe}"))],
  });
}

export function traceLogs() {
  return logs({
    title: "Log of this trace",
    description: "What the services logged while they worked on it.",
    unit: "none",
    width: 24,
    queries: [logLines(logsOfTrace("${trace_id}"))],
  });
}
