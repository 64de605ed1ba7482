import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Mutant } from "./mutant.ts";

const run = promisify(execFile);

/** Makes the mistake in the tree at `root`; throws if its place is not there exactly once. */
export async function mutate(root: string, { change }: Mutant): Promise<void> {
  if ("package" in change) {
    const folder = join(root, "node_modules", change.package);
    const options = { cwd: root, timeout: 120_000 };
    const packing = ["pack", "--silent", `${change.package}@${change.version}`];
    const { stdout } = await run("npm", packing, options);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await run("tar", ["-xzf", stdout.trim(), "--strip-components=1", "-C", folder], options);
    return;
  }
  const path = join(root, change.file);
  await writeFile(path, applyChange(await readFile(path, "utf8"), change));
}

/** The text with `from` replaced by `to`; throws unless `from` is in it exactly once. */
export function applyChange(text: string, { from, to }: { from: string; to: string }): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(`expected ${JSON.stringify(from)} once, found it ${parts.length - 1} times`);
  }
  return parts.join(to);
}
