import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The folders of one control group, which has one in each hierarchy that systemd keeps in step. */
export type Cgroup = readonly string[];

/** Where systemd looks for control groups: version 2 alone, or beside its own tree of version 1. */
const layouts = [["/sys/fs/cgroup"], ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]] as const;

/** The hierarchies of systemd on this machine; none if it has no control groups of version 2. */
export function findHierarchies(): readonly string[] {
  return layouts.find(([unified]) => isMounted(unified))?.filter(isMounted) ?? [];
}

/** A control group below the test's own; nothing is made yet. */
export async function locateCgroup(name: string): Promise<Cgroup> {
  const own = /^0::(.*)$/m.exec(await readFile("/proc/self/cgroup", "utf8"))?.[1] ?? "";
  return findHierarchies().map((hierarchy) => join(hierarchy, own, name));
}

export function cgroupBelow(cgroup: Cgroup, name: string): Cgroup {
  return cgroup.map((folder) => join(folder, name));
}

export async function createCgroup(cgroup: Cgroup): Promise<void> {
  for (const folder of cgroup) await mkdir(folder, { recursive: true });
}

/** A command that joins the control group and then becomes the command given. */
export function inCgroup(cgroup: Cgroup, command: readonly string[]): string[] {
  const joining = cgroup.map((folder) => `echo 0 > '${folder}/cgroup.procs' && `).join("");
  return ["sh", "-c", `${joining}exec "$@"`, "sh", ...command];
}

/** A line of shell that removes the control group and all below it; fails while a process is in it. */
export function cgroupRemoval(cgroup: Cgroup): string {
  const quoted = cgroup.map((folder) => `'${folder}'`).join(" ");
  return `for folder in ${quoted}; do [ ! -d "$folder" ] || find "$folder" -type d -delete; done`;
}

function isMounted(hierarchy: string): boolean {
  return existsSync(join(hierarchy, "cgroup.procs"));
}
