import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cgroupBelow } from "./cgroup.ts";
import { loadDebianRoot } from "./debian-root.ts";
import { type Lab, openLab } from "./lab.ts";
import { type Machine, type MachineArgs, bootMachine } from "./machine.ts";
import { type Station, createNetworks } from "./network.ts";
import { whyNoHosts } from "./requirements.ts";

const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`a host of the bed (${obstacle ?? "here"})`, { timeout: 90_000 }, () => {
  let root: string;
  let lab: Lab;
  beforeAll(async () => {
    root = await loadDebianRoot();
    lab = await openLab();
    await createNetworks(lab);
  }, 300_000);
  afterAll(() => lab.close());

  /** Boots a host whose first boot runs the commands; it is off when the test is over. */
  async function boot(
    network: Station,
    commands: readonly string[][],
    args?: Partial<MachineArgs>,
  ): Promise<Machine> {
    const userData = `#cloud-config\nruncmd: ${JSON.stringify(commands)}\n`;
    const machine = await bootMachine(lab, { name: network, network, root, userData, ...args });
    onTestFinished(() => machine.stop());
    return machine;
  }

  /** The host's folder in each hierarchy, and the number of its first process in one of them. */
  const foldersOf = (name: string) => cgroupBelow(lab.cgroup, name);
  async function readFirstProcess(name: string): Promise<number> {
    const [folder] = foldersOf(name);
    return Number(await readFile(`${folder}/payload/init.scope/cgroup.procs`, "utf8"));
  }

  test("hosts that boot at once have a tree of control groups each, and leave none behind", async () => {
    const names = ["redis", "producer", "worker", "monitor"] as const;
    const machines = await Promise.all(names.map((name) => boot(name, [])));
    await Promise.all(machines.map((machine) => machine.booted()));

    const first = await Promise.all(names.map(readFirstProcess));
    expect(new Set(first).size).toBe(4);
    const views = machines.map((machine) =>
      machine.run("sed", "--quiet", "/^0:/p", "/proc/1/cgroup"),
    );
    expect(await Promise.all(views)).toEqual(names.map(() => "0::/init.scope\n"));
    const namespaces = machines.map((machine) => machine.run("readlink", "/proc/1/ns/cgroup"));
    expect(new Set(await Promise.all(namespaces)).size).toBe(4);

    await Promise.all(machines.map((machine) => machine.stop()));
    const left = names.flatMap(foldersOf).filter((folder) => existsSync(folder));
    expect(left).toEqual([]);
  });
});
