import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Variant } from "./variants.ts";

export interface DrainOptions {
  /** Where spans go. */
  readonly otlpEndpoint?: string;
  /** Jobs at once. */
  readonly concurrency?: number;
}

/** Jobs per second of one fresh worker process. */
export async function drain(
  variant: Variant,
  redisUrl: string,
  { otlpEndpoint = "", concurrency = 10 }: DrainOptions = {},
): Promise<number> {
  const script = new URL("./drain-run.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    variant,
    redisUrl,
    otlpEndpoint,
    String(concurrency),
  ]);
  const { jobsPerSecond }: { jobsPerSecond: number } = JSON.parse(stdout);
  return jobsPerSecond;
}
