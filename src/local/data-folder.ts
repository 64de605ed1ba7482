import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { takeLock } from "./lock.js";

/** Redis rewrites its file now and then, and for that needs room for a second one. */
const minFreeMegabytes = 16;
const megabyte = 2 ** 20;

/** What is wrong with a folder, by the code of the error that using it gave. */
const problems: Readonly<Record<string, string>> = {
  ENOTDIR: "it, or what it is to be in, is no folder",
  ENOENT: "nothing can be made there",
  EACCES: "this user may not use it, or what is in it",
  EPERM: "this user may not use it, or what is in it",
  EROFS: "it can only be read",
  ENOSPC: "its disk is full",
  EDQUOT: "this user's share of its disk is full",
};

/**
 * Makes the folder and sees that it, and what is in it, can be used. Throws an error that names it,
 * what is wrong with it and what to do.
 */
export function makeDataFolder(folder: string): void {
  const problem = findProblem(folder);
  if (problem === undefined) return;
  throw new Error(
    `cannot keep data in "${folder}": ${problem}; put that right, or set TRIPOD_DATA to another folder`,
  );
}

function findProblem(folder: string): string | undefined {
  try {
    makeFolders(folder);
    const probe = join(folder, `probe-${process.pid}`);
    writeFileSync(probe, "x", { flush: true });
    rmSync(probe);
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      // It may be another launcher's probe.
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return `${problems[String(error.code)] ?? "it cannot be used"} (${error.message})`;
  }
  const { bavail, bsize } = statfsSync(folder);
  const freeMegabytes = Math.floor((bavail * bsize) / megabyte);
  if (freeMegabytes >= minFreeMegabytes) return undefined;
  return `its disk has ${freeMegabytes} MB left, expected at least ${minFreeMegabytes} MB`;
}

/** Step by step: below /proc, Node's own `recursive` tries for ever. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another launcher was faster.
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Makes the folder and reserves it for this process: two Redis servers would ruin each other's file.
 * Throws an error that names the process that has it, or says why it cannot be used.
 */
export async function claimDataFolder(folder: string): Promise<void> {
  makeDataFolder(folder);
  const holder = join(folder, "launcher.pid");
  if (await takeLock(`data ${realpathSync(folder)}`)) {
    writeFileSync(holder, `${process.pid}\n`);
    return;
  }
  throw new Error(
    `"${folder}" is in use by the launcher with pid ${readFileSync(holder, "utf8").trim()}; ` +
      "stop that one, or set TRIPOD_DATA to another folder",
  );
}
