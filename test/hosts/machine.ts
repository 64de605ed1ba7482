import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/until.ts";
import { cgroupBelow, cgroupRemoval, createCgroup, inCgroup } from "./cgroup.ts";
import type { Lab } from "./lab.ts";

/** A boot takes ten seconds; beside other hosts and tests, many times that. */
const bootMs = 240_000;

export interface Machine {
  /** Runs a command on the host; rejects if it fails. */
  run(...command: readonly string[]): Promise<string>;
  /** Resolves when the first boot's commands have all succeeded; rejects with the log if one failed. */
  booted(): Promise<void>;
  /** Shuts down as EC2 does at a stop or termination: services get their SIGTERM. */
  stop(): Promise<void>;
  /** Boots the same disk again. */
  start(): Promise<void>;
}

export interface MachineArgs {
  readonly name: string;
  /** Network namespace that becomes the host's. */
  readonly network: string;
  /** Folder of the Debian image, which no host changes. */
  readonly root: string;
  readonly userData: string;
  /** Device node of the bed -> where the host finds it. */
  readonly devices?: Readonly<Record<string, string>>;
  /** Changes the folder of the host's disk before it boots. */
  readonly prepare?: (disk: string) => Promise<void>;
}

/** Boots a new host from the image, with systemd as its first process and cloud-init as on EC2. */
export async function bootMachine(lab: Lab, args: MachineArgs): Promise<Machine> {
  const home = `/run/machines/${args.name}`;
  const seed = `${home}/upper/var/lib/cloud/seed/nocloud`;
  await lab.run(["mkdir", "-p", `${home}/root`, `${home}/work`, seed]);
  await lab.run(["tee", `${seed}/user-data`], { input: args.userData });
  await lab.run(["tee", `${seed}/meta-data`], { input: `instance-id: i-${args.name}\n` });
  const layers = `lowerdir=${args.root},upperdir=${home}/upper,workdir=${home}/work`;
  await lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", `${home}/root`]);
  await args.prepare?.(`${home}/root`);

  const cgroup = cgroupBelow(lab.cgroup, args.name);
  const command = [
    // The host sees version 2 of control groups alone, as on EC2, whatever this machine has.
    "env",
    "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
    "systemd-nspawn",
    "--quiet",
    "--boot",
    `--directory=${home}/root`,
    `--machine=${args.name}`,
    `--network-namespace-path=/run/netns/${args.network}`,
    "--register=no",
    "--keep-unit",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    "--console=pipe",
    ...Object.entries(args.devices ?? {}).map(([node, path]) => `--bind=${node}:${path}`),
  ];
  let running: { process: ChildProcess; init: string } | undefined;

  /** What cloud-init writes when it is through; to wait with its own command costs much more. */
  const readBootResult = async () => {
    const result: { v1: { errors: string[] } } = JSON.parse(
      await machine.run("cat", "/run/cloud-init/result.json"),
    );
    return result.v1;
  };

  const machine: Machine = {
    async run(...inside) {
      if (running === undefined) throw new Error(`host "${args.name}" is off`);
      const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
      const target = ["--target", running.init, ...namespaces];
      return lab.run(["nsenter", ...target, "--", ...inside]);
    },
    async booted() {
      const { errors } = await until(
        `host "${args.name}" to have booted`,
        readBootResult,
        bootMs,
        250,
      );
      if (errors.length > 0) {
        const log = await machine.run("cat", "/var/log/cloud-init-output.log");
        throw new Error(`host "${args.name}" failed to boot: ${errors.join("; ")}\n${log}`);
      }
    },
    async start() {
      await createCgroup(cgroup);
      const host = lab.start(inCgroup(cgroup, command), { stdio: ["ignore", "ignore", "inherit"] });
      running = { process: host, init: await findInit(lab, host, args.name) };
    },
    async stop() {
      if (running === undefined) return;
      const gone = once(running.process, "exit");
      // systemd's own signal for an orderly power-off.
      await lab.run(["kill", "-s", "RTMIN+4", running.init]);
      await gone;
      running = undefined;
      await lab.run(["sh", "-c", cgroupRemoval(cgroup)]);
    },
  };
  await machine.start();
  return machine;
}

/** The host's first process, by its number in the lab; it exists as soon as systemd runs there. */
async function findInit(lab: Lab, host: ChildProcess, name: string): Promise<string> {
  for (let attempt = 0; attempt < 200 && host.exitCode === null; attempt += 1) {
    const init = await findDescendant(String(host.pid));
    if (init !== undefined) {
      const ready = await lab
        .run(["nsenter", "--target", init, "--all", "--", "systemctl", "is-system-running"])
        .catch((error: { stdout: string }) => error.stdout);
      if (/running|starting|degraded/.test(ready)) return init;
    }
    await sleep(50);
  }
  throw new Error(`host "${name}" did not start`);
}

/** The descendant that is process 1 of a namespace below the lab's, by its number in the lab. */
async function findDescendant(pid: string): Promise<string | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const numbers = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split("\t") ?? [];
    if (numbers.length === 3 && numbers[2] === "1") return numbers[1];
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean)) {
      const found = await findDescendant(child);
      if (found !== undefined) return found;
    }
  } catch {
    // The process ended while it was looked at.
  }
  return undefined;
}
