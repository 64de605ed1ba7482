import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/pulumi-project.ts";

export const requirements = join(import.meta.dirname, "requirements.txt");

/** Where the simulator's Python packages lie: elsewhere once another list is pinned. */
export function simulatorPackages(): string {
  const key = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  return join(repository, ".tripod/moto", key);
}

export function simulatorIsInstalled(): boolean {
  return existsSync(simulatorPackages());
}
