import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { until } from "../support/until.ts";
import { cgroupBelow } from "./cgroup.ts";
import { loadDebianRoot, rootPatienceMs } from "./debian-root.ts";
import { type Lab, openLab } from "./lab.ts";
import { type Machine, type MachineArgs, bootMachine } from "./machine.ts";
import { type Station, createNetworks } from "./network.ts";
import { whyNoHosts } from "./requirements.ts";

const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`a host of the bed (${obstacle ?? "here"})`, () => {
  let root: string;
  let lab: Lab;
  beforeAll(async () => {
    root = await loadDebianRoot();
    lab = await openLab();
    await createNetworks(lab);
  }, rootPatienceMs);
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

  test("a command of the first boot that fails is reported with the host's logs", async () => {
    const machine = await boot("redis", [["sh", "-c", "echo the cause; exit 3"]], {
      name: "failing",
    });
    const error = await machine.booted().catch((reason: Error) => reason);
    const message = error instanceof Error ? error.message : "";
    expect(message).toMatch(/^host "failing" failed to boot: .*scripts-user/);
    expect(sectionOf(message, "first process")).toBe("runs");
    expect(sectionOf(message, "/var/log/cloud-init-output.log")).toContain("the cause");
    expect(sectionOf(message, "/var/log/cloud-init.log")).toContain("Running module scripts-user");
    expect(sectionOf(message, "journal")).toContain("Cloud-init: Final Stage");
    expect(message.split("\n").length).toBeLessThan(500);
  });

  test("a host whose first process is gone fails at once, and its journal is still reported", async () => {
    const machine = await boot("redis", [["sh", "-c", "echo waits; sleep 600"]], {
      name: "killed",
    });
    const failure = machine.booted().catch((reason: Error) => reason.message);
    await until("the command to run", async () =>
      (await machine.run("cat", "/var/log/cloud-init-output.log")).includes("waits"),
    );
    const killedAt = performance.now();
    process.kill(await readFirstProcess("killed"), "SIGKILL");
    const message = String(await failure);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    expect(message).toContain(
      `host "killed" failed to boot: its first process is gone: systemd-nspawn`,
    );
    expect(sectionOf(message, "journal")).toContain("systemd[1]: ");
    expect(sectionOf(message, "/var/log/cloud-init-output.log")).toContain("waits");
    await machine.stop();
    expect(foldersOf("killed").filter((folder) => existsSync(folder))).toEqual([]);
  });

  test("a host on which cloud-init has no chance to end fails as soon as systemd is through", async () => {
    const machine = await boot("redis", [], {
      name: "without",
      prepare: async (disk) => {
        await lab.run(["touch", `${disk}/etc/cloud/cloud-init.disabled`]);
      },
    });
    await expect(machine.booted()).rejects.toThrow(
      /failed to boot: systemd has started everything \(running\), and cloud-init did not/,
    );
  });

  test("a host that cannot start is reported with what systemd-nspawn says", async () => {
    const absent = { "/dev/no-such-device": "/dev/data" };
    await expect(boot("redis", [], { name: "broken", devices: absent })).rejects.toThrow(
      /host "broken" did not start: systemd-nspawn ended with exit code 1[^]*no-such-device/,
    );
  });
});

/** What the message of a failed boot has below the title. */
function sectionOf(message: string, title: string): string {
  const [, text = ""] = message.split(`--- ${title}\n`);
  return text.split("\n\n--- ")[0] ?? "";
}
