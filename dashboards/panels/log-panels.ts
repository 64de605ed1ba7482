import { logs } from "./panels.ts";
import { logsOfTask, logsOfTrace, troubles } from "../query/logql.ts";
import { logLines } from "../query/queries.ts";

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
