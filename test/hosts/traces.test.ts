import { execFile } from "node:child_process";
import { readFile, readdir, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { openBed } from "./bed.ts";
import { whyNoHosts } from "./requirements.ts";

const exec = promisify(execFile);
const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`a bed that is closed (${obstacle ?? "here"})`, () => {
  test("leaves no process, namespace, mount, loop device, nftables rule or file behind", async () => {
    const bed = await openBed();
    const machine = await bed.boot("redis");
    await machine.booted();
    const lab = await readNamespaces(bed.lab.pid);
    expect(lab).toHaveLength(3);
    const image = `${bed.folder}/redis-data.img`;
    const inside = await processesIn(lab);
    expect(inside).not.toEqual([]);
    expect(await loopDevices()).toContain(image);

    await bed.close();
    // A namespace's number is soon another's: beside this test, other beds are opened.
    const left = (await processesIn(lab)).filter((pid) => inside.includes(pid));
    expect(left).toEqual([]);
    await until(
      "the loop device to be given back",
      async () => !(await loopDevices()).includes(image),
    );
    expect(await readFile("/proc/self/mounts", "utf8")).not.toMatch(/\/run\/(machines|netns)\//);
    expect((await exec("nft", ["list", "tables"])).stdout).not.toContain("security_group");
    expect((await exec("ip", ["netns", "list"])).stdout).not.toMatch(/^(router|redis)\b/m);
    expect(await readdir(tmpdir())).not.toContain(bed.folder.split("/").at(-1));
  }, 300_000);
});

async function readNamespaces(pid: string): Promise<string[]> {
  return Promise.all(["net", "mnt", "pid"].map((kind) => readlink(`/proc/${pid}/ns/${kind}`)));
}

/** The processes of the machine that are in one of the namespaces. */
async function processesIn(namespaces: readonly string[]): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const inside = await Promise.all(
    pids.map(async (pid) => {
      const own = await readNamespaces(pid).catch(() => []);
      return own.some((namespace) => namespaces.includes(namespace));
    }),
  );
  return pids.filter((_, index) => inside[index]);
}

async function loopDevices(): Promise<string> {
  return (await exec("losetup", ["--all", "--noheadings", "--output", "BACK-FILE"])).stdout;
}
