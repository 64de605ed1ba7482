import { everyLine, logFields } from "../../src/contract/telemetry.ts";

/** LogQL over the services' logs, whose fields arrive in Loki as structured metadata. */

/** Lines from warnings up. */
export function troubles(): string {
  return `${everyLine} | detected_level=~"warn|error|critical|fatal"`;
}

export function logsOfTask(pattern: string): string {
  return `${everyLine} | ${logFields.task}=~"${pattern}"`;
}

/** Of none while no trace is chosen: an empty value would match every line that has no trace. */
export function logsOfTrace(traceId: string): string {
  return `${everyLine} | ${logFields.traceId}="${traceId}" | ${logFields.traceId}!=""`;
}
