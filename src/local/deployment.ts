import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a launcher leaves in its data folder about what it runs. */
export interface Deployment {
  readonly launcherPid: number;
  /** Of the public listener. */
  readonly url: string;
  /** Of its own Redis; `undefined` when it was given one, whose address may hold a password. */
  readonly redisUrl?: string | undefined;
  readonly redisPasswordFile?: string | undefined;
}

export function writeDeployment(dataFolder: string, deployment: Deployment): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(dataFolder), `${JSON.stringify(deployment)}\n`, { mode: 0o600 });
}

/** The deployment that was last started with this folder, whether or not it still runs. */
export function readDeployment(dataFolder: string): Deployment | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataFolder), "utf8")) as Deployment;
  } catch {
    return undefined;
  }
}

/** Takes back what this process has written; another launcher's stays. */
export function removeDeployment(dataFolder: string): void {
  if (readDeployment(dataFolder)?.launcherPid === process.pid) rmSync(fileIn(dataFolder));
}

function fileIn(dataFolder: string): string {
  return join(dataFolder, "deployment.json");
}
