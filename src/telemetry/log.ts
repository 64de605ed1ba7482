import { type Logger, pino } from "pino";

export type Log = Logger;

/** JSON lines on standard output, each with the service's name and the time in ISO 8601. */
export function createLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ["password", "*.password", "authorization", "headers.authorization"],
  });
}
