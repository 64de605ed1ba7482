import { execFile } from "node:child_process";
import { readdir, readlink } from "node:fs/promises";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** The network, mount and process namespace of a process. */
export async function readNamespaces(pid: string): Promise<string[]> {
  return Promise.all(["net", "mnt", "pid"].map((kind) => readlink(`/proc/${pid}/ns/${kind}`)));
}

/** The processes of the machine that are in one of the namespaces. */
export async function processesIn(namespaces: readonly string[]): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const inside = await Promise.all(
    pids.map(async (pid) => {
      const own = await readNamespaces(pid).catch(() => []);
      return own.some((namespace) => namespaces.includes(namespace));
    }),
  );
  return pids.filter((_, index) => inside[index]);
}

/** The files that are loop devices now, one a line. */
export async function readLoopDevices(): Promise<string> {
  return (await exec("losetup", ["--all", "--noheadings", "--output", "BACK-FILE"])).stdout;
}
