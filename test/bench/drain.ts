import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Variant } from "./variants.ts";

/** Jobs per second of one fresh worker process; spans go to the endpoint. */
export async function drain(
  variant: Variant,
  redisUrl: string,
  otlpEndpoint = "",
): Promise<number> {
  const script = new URL("./drain-run.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    variant,
    redisUrl,
    otlpEndpoint,
  ]);
  const { jobsPerSecond }: { jobsPerSecond: number } = JSON.parse(stdout);
  return jobsPerSecond;
}
