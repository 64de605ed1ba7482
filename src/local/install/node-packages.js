import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { waitForLock } from "../lock.js";
import { runStep } from "./step.js";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

/**
 * Brings `node_modules` of the project folder to what its lockfile says, if it is not there yet.
 * @param {string} project
 * @param {{ env: NodeJS.ProcessEnv, write: (text: string) => void, isTerminal?: boolean }} surroundings
 */
export async function installNodePackages(project, { env, write, isTerminal }) {
  if (nodePackagesAreCurrent(project)) return;
  await waitForLock(`npm ${project}`, () => write("waiting for another npm install\n"));
  if (nodePackagesAreCurrent(project)) return;
  await runStep(
    {
      title: "installing npm packages",
      // Development packages are needed whatever NODE_ENV or the user's npmrc leave out.
      // No package needs a script to be installed, and none is to run code by being installed.
      command: [
        "npm",
        "ci",
        "--ignore-scripts",
        "--loglevel=error",
        "--include=dev",
        "--include=optional",
      ],
      cwd: project,
      env,
      deadlineMs: 600_000,
    },
    { write, isTerminal },
  );
}

/**
 * Whether every package that the lockfile asks of this platform is there, in its version, and no other.
 * @param {string} project
 */
function nodePackagesAreCurrent(project) {
  const wanted = loadLockedPackages(join(project, "package-lock.json"));
  const installed = loadLockedPackages(join(project, "node_modules", ".package-lock.json"));
  if (wanted === undefined) throw new Error(`no readable package-lock.json in "${project}"`);
  if (installed === undefined) return false;
  return (
    [...wanted].every(([path, { optional }]) => optional === true || installed.has(path)) &&
    [...installed].every(
      ([path, { version, integrity }]) =>
        wanted.get(path)?.version === version &&
        wanted.get(path)?.integrity === integrity &&
        existsSync(join(project, path, "package.json")),
    )
  );
}

/**
 * Packages of an npm lockfile by their path; npm writes the one inside `node_modules` last, when all is in place.
 * @param {string} file
 * @returns {ReadonlyMap<string, LockedPackage> | undefined}
 */
function loadLockedPackages(file) {
  try {
    /** @type {{ packages: Record<string, LockedPackage> }} */
    const { packages } = JSON.parse(readFileSync(file, "utf8"));
    return new Map(Object.entries(packages).filter(([path]) => path !== ""));
  } catch {
    return undefined;
  }
}
