import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { findCommand } from "../command-path.js";
import { waitForLock } from "../lock.js";
import { runStep } from "./step.js";

/**
 * Debian's package of a command, and the commands that do as well.
 * @type {Readonly<Record<string, { package: string, or?: readonly string[] }>>}
 */
const providers = {
  "chromium-headless-shell": {
    package: "chromium-headless-shell",
    or: ["chromium", "chromium-browser", "google-chrome"],
  },
  ip: { package: "iproute2" },
  mmdebstrap: { package: "mmdebstrap" },
  nft: { package: "nftables" },
  openssl: { package: "openssl" },
  pip3: { package: "python3-pip" },
  prometheus: { package: "prometheus" },
  "prometheus-node-exporter": { package: "prometheus-node-exporter" },
  "prometheus-redis-exporter": { package: "prometheus-redis-exporter" },
  promtool: { package: "prometheus" },
  "redis-server": { package: "redis-server", or: ["valkey-server"] },
  strace: { package: "strace" },
  "systemd-nspawn": { package: "systemd-container" },
};

/** @type {[string, ...string[]]} */
const aptInstall = ["apt-get", "install", "--no-install-recommends"];

/** Debian asks this file whether a package may start its service; only our own packages hear no. */
const servicePolicy = `#!/bin/sh\n[ -z "$TRIPOD_INSTALL" ] || exit 101\n`;

/**
 * Makes sure that each command is on the PATH: installs its package where that is allowed, and
 * otherwise throws an error that names the command to run. Services of new packages stay off.
 * @param {readonly string[]} commands
 * @param {{ env: NodeJS.ProcessEnv, isRoot: boolean, policyFile: string, write: (text: string) => void, isTerminal?: boolean }} surroundings
 */
export async function installSystemPackages(commands, surroundings) {
  const { env, isRoot } = surroundings;
  const missing = missingCommands(commands, env.PATH);
  if (missing.length === 0) return;

  const { packages, unknown } = packagesOf(missing);
  const apt = findCommand(["apt-get"], env.PATH);
  if (unknown.length > 0 || apt === undefined) {
    throw new Error(`not on the PATH: ${missing.join(", ")}; install what brings them`);
  }
  if (!isRoot) {
    const advice = ["sudo", ...aptInstall, ...packages].join(" ");
    throw new Error(`not on the PATH: ${missing.join(", ")}; install them with\n  ${advice}`);
  }
  await aptGetInstall(packages, surroundings);
  const still = missingCommands(missing, env.PATH);
  if (still.length > 0) {
    throw new Error(`installed ${packages.join(", ")}, but not on the PATH: ${still.join(", ")}`);
  }
}

/**
 * @param {readonly string[]} commands
 * @param {string | undefined} path
 */
function missingCommands(commands, path) {
  return commands.filter(
    (command) => findCommand([command, ...(providers[command]?.or ?? [])], path) === undefined,
  );
}

/** @param {readonly string[]} commands */
function packagesOf(commands) {
  const found = commands.flatMap((command) => providers[command]?.package ?? []);
  return {
    packages: [...new Set(found)].toSorted(),
    unknown: commands.filter((command) => providers[command] === undefined),
  };
}

/**
 * @param {readonly string[]} packages
 * @param {{ env: NodeJS.ProcessEnv, policyFile: string, write: (text: string) => void, isTerminal?: boolean }} surroundings
 */
async function aptGetInstall(packages, { env, policyFile, write, isTerminal }) {
  const aptEnv = {
    ...env,
    DEBIAN_FRONTEND: "noninteractive",
    NEEDRESTART_SUSPEND: "1",
    TRIPOD_INSTALL: "1",
  };
  // Two installs that share the policy file would remove it under each other.
  await waitForLock(`apt ${policyFile}`, () => write("waiting for another install\n"));
  const removePolicy = writeServicePolicy(policyFile);
  try {
    await runStep(
      {
        title: "reading the package lists",
        command: ["apt-get", "update", "-q"],
        env: aptEnv,
        deadlineMs: 300_000,
      },
      { write, isTerminal },
    );
    await runStep(
      {
        title: `installing ${packages.join(", ")}`,
        command: [...aptInstall, "-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...packages],
        env: aptEnv,
        deadlineMs: 900_000,
      },
      { write, isTerminal },
    );
  } finally {
    removePolicy();
  }
  disableServices(packages, env);
}

/**
 * Leaves somebody else's policy alone; one of ours can only be left from an install that was killed.
 * @param {string} file
 * @returns {() => void} removes what was written
 */
function writeServicePolicy(file) {
  try {
    if (readFileSync(file, "utf8") !== servicePolicy) return () => {};
  } catch {
    writeFileSync(file, servicePolicy, { mode: 0o755 });
  }
  return () => rmSync(file, { force: true });
}

/**
 * A package enables its service for the next boot even when it may not start it now.
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} env
 */
function disableServices(packages, env) {
  if (findCommand(["systemctl"], env.PATH) === undefined) return;
  const files = spawnSync("dpkg", ["-L", ...packages], { env, encoding: "utf8" }).stdout;
  const units = (files ?? "")
    .split("\n")
    .filter((file) => /\/systemd\/system\/[^@/]+\.service$/.test(file))
    .map((file) => basename(file));
  if (units.length > 0) spawnSync("systemctl", ["disable", ...units], { env });
}
