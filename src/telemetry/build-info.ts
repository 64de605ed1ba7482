import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { SharedMetrics } from "./metrics.ts";

const load = createRequire(import.meta.url);

/** Of this project, as its `package.json` has it. */
export function readOwnVersion(): string {
  return versionIn(new URL("../../package.json", import.meta.url));
}

/** Exports which versions run. */
export function setBuildInfo(buildInfo: SharedMetrics["buildInfo"], releaseSha: string): void {
  buildInfo.set(
    {
      version: readOwnVersion(),
      git_sha: releaseSha,
      node_version: process.versions.node,
      bullmq_version: versionIn(load.resolve("bullmq/package.json")),
    },
    1,
  );
}

function versionIn(packageFile: URL | string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(packageFile, "utf8"));
  return version;
}
