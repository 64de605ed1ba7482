import { type Logger, pino } from "pino";
import type { LogStream } from "./log-stream.ts";

export type Log = Logger;

/** JSON lines on standard output, and on the other stream if given, each with the service's name. */
export function createLog(service: string, level: string, copy?: LogStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: ["password", "*.password", "authorization", "headers.authorization"],
  };
  const stdout = pino.destination(1);
  if (copy === undefined) return pino(options, stdout);
  const streams = [stdout, copy].map((stream) => ({ stream, level: "trace" as const }));
  return pino(options, pino.multistream(streams));
}
