import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Release, loadRelease } from "../../infra/release/build.ts";
import { waitForLock } from "../../src/local/lock.js";

type Architecture = Parameters<typeof loadRelease>[0];

/**
 * The release, of which the first call on a machine installs the dependencies: half a minute, once,
 * however many test files ask for it at the same time.
 */
export async function loadBuiltRelease(architecture: Architecture): Promise<Release> {
  // The lock is a process's until it ends, so the building needs a process of its own.
  await promisify(execFile)(process.execPath, [import.meta.filename, architecture]);
  return loadRelease(architecture);
}

async function build(architecture: Architecture): Promise<void> {
  await waitForLock(`${import.meta.filename} ${architecture}`, () => undefined);
  await loadRelease(architecture);
}

if (process.argv[1] === import.meta.filename)
  await build(process.argv[2] === "x64" ? "x64" : "arm64");
