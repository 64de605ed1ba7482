import { paths } from "../contract/paths.ts";
import type { LogLevel } from "../contract/job-reports.ts";
import { request } from "./request.ts";
import type { Server } from "./server.ts";

/** What a job's task has logged, as far as it is kept. */
export interface JobLog {
  readonly id: string;
  /** Lines that the job has had so far. */
  readonly logged: number;
  /** The latest last. */
  readonly lines: readonly LogLine[];
}

/** One that an operator has written has a message alone. */
export interface LogLine {
  /** 1 for the first that the job has had. */
  readonly number: number;
  readonly time?: string;
  readonly level?: LogLevel;
  readonly attempt?: number;
  readonly message: string;
}

export interface LogLimits {
  /** The number of the last line that is known. */
  readonly after: number;
  readonly signal: AbortSignal | undefined;
  readonly retryMs: number;
}

/** The lines after one that is known; throws as `readJob` does. */
export async function readLog(
  server: Server,
  id: string,
  { after, signal, retryMs }: LogLimits,
): Promise<JobLog> {
  const until = performance.now() + retryMs;
  const path = `${paths.api}/${encodeURIComponent(id)}/log?after=${after}`;
  const wanted = { method: "GET", path, signal, giveUpAt: () => until } as const;
  return request(server, wanted, { name: "log", isWanted: isLog });
}

function isLog(value: unknown): value is JobLog {
  return (
    typeof value === "object" &&
    value !== null &&
    "logged" in value &&
    typeof value.logged === "number" &&
    "lines" in value &&
    Array.isArray(value.lines)
  );
}
