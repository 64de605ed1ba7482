import { execFile } from "node:child_process";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { loadRelease, Release } from "../../infra/release/build.ts";
import { waitForLock } from "../../src/local/lock.js";
import { repository } from "./pulumi-project.ts";

type Architecture = Parameters<typeof loadRelease>[0];

/**
 * The release of this project or of a fork, of which the first call on a machine installs the
 * dependencies: half a minute, once, however many test files ask for it at the same time.
 */
export async function loadBuiltRelease(
  architecture: Architecture,
  sources = repository,
): Promise<Release> {
  // The lock is a process's until it ends, so the building needs a process of its own.
  const command = [import.meta.filename, architecture, sources];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout);
}

async function build(architecture: Architecture, sources: string): Promise<Release> {
  await waitForLock(`${import.meta.filename} ${architecture}`, () => undefined);
  const program = pathToFileURL(join(sources, "infra/release/build.ts")).href;
  const release: { loadRelease: typeof loadRelease } = await import(program);
  const cache = join(repository, ".tripod");
  await mkdir(cache, { recursive: true });
  // A copy of the tree has a link to it, from which npm would take another package for its own.
  return release.loadRelease(architecture, await realpath(cache));
}

if (process.argv[1] === import.meta.filename) {
  const [, , architecture, sources = repository] = process.argv;
  const release = await build(architecture === "x64" ? "x64" : "arm64", sources);
  process.stdout.write(JSON.stringify(release));
}
