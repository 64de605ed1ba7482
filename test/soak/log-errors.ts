import type { ServiceProcess } from "../support/processes.ts";

/** So long after a kill of Redis, in ms, services may still speak of it. */
const aftermathMs = 15_000;
const errorLevels = new Set(["error", "fatal"]);

interface Line {
  readonly level: string;
  readonly time: string;
}

/**
 * What a service logged as an error outside the outages (moments in ms since 1970), and whatever is
 * no log line at all: a crash.
 */
export function findUnexplained(service: ServiceProcess, outages: readonly number[]): string[] {
  return service
    .output()
    .split("\n")
    .filter((line) => line !== "" && !isExplained(line, outages));
}

function isExplained(text: string, outages: readonly number[]): boolean {
  const line = parse(text);
  if (line === undefined) return false;
  if (!errorLevels.has(line.level)) return true;
  const time = Date.parse(line.time);
  return outages.some((at) => time >= at && time < at + aftermathMs);
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
