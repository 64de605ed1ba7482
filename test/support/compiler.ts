import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { repository } from "./pulumi-project.ts";

const run = promisify(execFile);

const options = {
  target: "es2024",
  lib: ["es2024"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** A folder with these programs, which may import the project's packages; it goes with the test. */
export async function createProgramFolder(
  programs: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tripod-programs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = {
    ...programs,
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": JSON.stringify({ compilerOptions: options, files: Object.keys(programs) }),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** What the compiler finds in the folder's programs: nothing, where all is well. */
export async function compile(folder: string): Promise<string> {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const told = run(process.execPath, [compiler, "-p", folder]).catch(
    (failed: { stdout: string }) => failed,
  );
  return (await told).stdout;
}
