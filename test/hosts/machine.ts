import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type BootingHost, cloudInitLogs, waitForBoot } from "./boot.ts";
import { createBootReport } from "./boot-report.ts";
import { cgroupBelow, cgroupRemoval, createCgroup, inCgroup } from "./cgroup.ts";
import { type FirstProcess, describeEnd, findFirstProcess, hasEnded } from "./first-process.ts";
import type { Lab } from "./lab.ts";

export interface Machine {
  /** Runs a command on the host; rejects if it fails. */
  run(...command: readonly string[]): Promise<string>;
  /**
   * Resolves when the first boot's commands have all succeeded. Rejects with the host's logs as soon
   * as one has failed, the host's first process is gone, or nothing is left to wait for.
   */
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

  const disk = `${home}/root`;
  const cgroup = cgroupBelow(lab.cgroup, args.name);
  const messages = `${home}/nspawn.log`;
  const command = [
    // The host sees version 2 of control groups alone, as on EC2, whatever this machine has.
    "env",
    "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
    "systemd-nspawn",
    "--quiet",
    "--boot",
    `--directory=${disk}`,
    `--machine=${args.name}`,
    `--network-namespace-path=/run/netns/${args.network}`,
    "--register=no",
    "--keep-unit",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    "--console=pipe",
    // For what systemd's own filters of addresses are made of.
    "--capability=CAP_BPF,CAP_NET_ADMIN",
    "--system-call-filter=bpf",
    ...Object.entries(args.devices ?? {}).map(([node, path]) => `--bind=${node}:${path}`),
  ];
  let running: { nspawn: ChildProcess; first: FirstProcess } | undefined;

  const machine: Machine = {
    async run(...inside) {
      if (running === undefined) throw new Error(`host "${args.name}" is off`);
      const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
      const target = ["--target", running.first.inLab, ...namespaces];
      return lab.run(["nsenter", ...target, "--", ...inside]);
    },
    async booted() {
      const reason = await waitForBoot(booting);
      if (reason === undefined) return;
      throw new Error(`host "${args.name}" failed to boot: ${reason}\n\n${await report()}`);
    },
    async start() {
      await createCgroup(cgroup);
      const logged = ["sh", "-c", `exec "$@" > ${messages} 2>&1`, "sh", ...command];
      const nspawn = lab.start(inCgroup(cgroup, logged), {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const first = await findFirstProcess(nspawn).catch(async (reason: Error) => {
        const said = await lab.run(["cat", messages]);
        throw new Error(`host "${args.name}" did not start: ${reason.message}\n${said}`);
      });
      running = { nspawn, first };
    },
    async stop() {
      if (running === undefined) return;
      const { nspawn, first } = running;
      if (!hasEnded(nspawn)) {
        const gone = once(nspawn, "exit");
        // systemd's own signal for an orderly power-off.
        await lab.run(["kill", "-s", "RTMIN+4", first.inLab]);
        await gone;
      }
      running = undefined;
      await lab.run(["sh", "-c", cgroupRemoval(cgroup)]);
    },
  };

  const booting: BootingHost = {
    readEnd() {
      if (running === undefined) return "it was shut down";
      return hasEnded(running.nspawn) ? describeEnd(running.nspawn) : undefined;
    },
    locate: (path) => `/proc/${running?.first.outside}/root${path}`,
    ask: (...question) =>
      machine
        .run("timeout", "10", ...question)
        .catch(({ stdout, message }: { stdout?: string; message: string }) => stdout || message),
  };

  const report = () => {
    const gone = booting.readEnd();
    const ask = async (...question: string[]) => gone ?? booting.ask(...question);
    // The journal's files are on the disk, whatever has become of the host.
    const journal = ["journalctl", "--no-pager", "--directory=/var/log/journal"];
    return createBootReport({
      "first process": Promise.resolve(gone ?? "runs"),
      "failed units": ask("systemctl", "--failed", "--no-legend", "--plain"),
      "unfinished jobs": ask("systemctl", "list-jobs", "--no-legend"),
      "messages of systemd-nspawn": lab.run(["cat", messages]),
      ...Object.fromEntries(cloudInitLogs.map((log) => [log, lab.run(["cat", disk + log])])),
      journal: lab.run(["chroot", disk, ...journal]),
    });
  };

  await machine.start();
  return machine;
}
