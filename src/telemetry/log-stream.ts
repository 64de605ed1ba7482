import {
  type Attributes,
  type Logger,
  ROOT_CONTEXT,
  SeverityNumber,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { logFields } from "../contract/telemetry.ts";

/** What a logger writes its lines to. */
export interface LogStream {
  write(line: string): void;
}

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

interface Line extends Attributes {
  level: string;
  time: string;
  msg: string;
  [logFields.traceId]?: string;
  [logFields.spanId]?: string;
}

/** Turns our own log lines into OpenTelemetry's records, each in the trace that it names. */
export function createLogStream(logger: Logger): LogStream {
  return {
    write(text) {
      const { level, time, msg, service: _, ...fields }: Line = JSON.parse(text);
      const { [logFields.traceId]: traceId, [logFields.spanId]: spanId, ...attributes } = fields;
      logger.emit({
        timestamp: Date.parse(time),
        severityNumber: severities[level] ?? SeverityNumber.UNSPECIFIED,
        severityText: level,
        body: msg,
        attributes,
        ...(traceId !== undefined &&
          spanId !== undefined && {
            context: trace.setSpanContext(ROOT_CONTEXT, {
              traceId,
              spanId,
              traceFlags: TraceFlags.SAMPLED,
            }),
          }),
      });
    },
  };
}
