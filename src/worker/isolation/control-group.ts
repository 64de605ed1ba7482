import { randomUUID } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Processes that the kernel ends together, whatever sessions they have opened. */
export interface ControlGroup {
  /** What joins it writes a 0 into this file. */
  readonly members: string;
  /** Ends all its members, at once and for good; then it goes itself. */
  kill(): void;
}

/** Where version 2 is: alone, or beside systemd's tree of version 1. */
const mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/** What the names of our groups begin with. */
const prefix = "isolated-";

/** Time between two looks whether a group is empty by now, and how often. */
const emptyMs = 50;
const looks = 100;

/**
 * The folder of this process's own control group, if groups may be made in it, as systemd allows
 * with `Delegate=yes`, and the kernel knows how to kill one (Linux 5.14).
 */
export function findDelegatedGroup(): string | undefined {
  try {
    const [, own] = /^0::(\/[^.\n].*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8")) ?? [];
    const mount = mounts.find((folder) => existsSync(join(folder, "cgroup.procs")));
    if (own === undefined || mount === undefined) return undefined;
    const folder = join(mount, own);
    accessSync(join(folder, "cgroup.kill"), constants.F_OK);
    for (const needed of [folder, join(folder, "cgroup.procs")]) {
      accessSync(needed, constants.W_OK);
    }
    removeEmptyGroups(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** Those of processes that ended without time for it; one in use cannot be removed. */
function removeEmptyGroups(delegated: string): void {
  for (const name of readdirSync(delegated).filter((entry) => entry.startsWith(prefix))) {
    try {
      rmdirSync(join(delegated, name));
    } catch {
      // Another worker's, whose task runs.
    }
  }
}

/** Makes an empty group in a delegated one. Throws where there is no right to it, or no room. */
export function openControlGroup(delegated: string): ControlGroup {
  const folder = join(delegated, `${prefix}${randomUUID()}`);
  mkdirSync(folder);
  const remove = (left: number) => {
    try {
      rmdirSync(folder);
    } catch {
      if (left > 0 && existsSync(folder)) setTimeout(remove, emptyMs, left - 1).unref();
    }
  };
  return {
    members: join(folder, "cgroup.procs"),
    kill() {
      if (!existsSync(folder)) return;
      try {
        writeFileSync(join(folder, "cgroup.kill"), "1");
      } catch {
        // It has just gone, and so it was empty.
      }
      remove(looks);
    },
  };
}
