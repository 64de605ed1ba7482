import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The pinned one: Debian's own, 9.2, knows neither other processors' packages nor `npm sbom`. */
const npm = join(dirname(fileURLToPath(import.meta.resolve("npm/package.json"))), "bin/npm-cli.js");

/** Runs npm in the folder and returns what it prints; rejects with its complaints if it fails. */
export async function runNpm(args: readonly string[], folder: string): Promise<string> {
  // Run by an npm script, npm would otherwise look at the project of that script.
  const all = [npm, "--prefix", folder, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all, {
    cwd: folder,
    maxBuffer: 50_000_000,
  });
  return stdout;
}
