import { type LogFn, type Logger, pino } from "pino";
import { logFields } from "../contract/telemetry.ts";
import { type LineLimits, openLineLimits } from "./line-limits.ts";
import type { LogStream } from "./log-stream.ts";

export type Log = Logger;

/**
 * JSON lines on standard output, and on the other stream if given, each with the service's name; no
 * more of a kind than its limit.
 */
export function createLog(
  service: string,
  level: string,
  { copy, limits = openLineLimits() }: { copy?: LogStream | undefined; limits?: LineLimits } = {},
): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: {
      logMethod(this: Logger, args: Parameters<LogFn>, write: LogFn) {
        const admitted = limits.admit(args[0], (like, heldBack) =>
          write.call(
            this,
            { ...like, [logFields.heldBack]: heldBack },
            `${like[logFields.line]}: ${heldBack} more lines like these were held back`,
          ),
        );
        if (admitted) write.apply(this, args);
      },
    },
    redact: ["password", "*.password", "authorization", "headers.authorization"],
  };
  const stdout = pino.destination(1);
  if (copy === undefined) return pino(options, stdout);
  const streams = [stdout, copy].map((stream) => ({ stream, level: "trace" as const }));
  return pino(options, pino.multistream(streams));
}

/**
 * An error as a log may keep it. Nothing else of it: ioredis hangs the whole command on its errors,
 * with the password of an AUTH and the input of a job.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  const errors = error instanceof AggregateError ? error.errors.map(String) : undefined;
  return { type, message, stack, code, errors };
}
