import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/pulumi-project.ts";

const copied = [
  "src",
  "infra",
  "dashboards",
  "package.json",
  "package-lock.json",
  ".npmrc",
  "Pulumi.yaml",
  "Pulumi.dev.yaml",
];

/** Copies into the folder what Pulumi's CLI works with, so that a test may change it. */
export function copyProject(folder: string): void {
  for (const name of copied) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  mkdirSync(join(repository, ".tripod"), { recursive: true });
  for (const name of ["node_modules", ".tripod"]) {
    symlinkSync(join(repository, name), join(folder, name));
  }
}
