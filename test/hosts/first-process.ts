import type { ChildProcess } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { until } from "../support/until.ts";

/** A host's first process, by its numbers. */
export interface FirstProcess {
  readonly inLab: string;
  readonly outside: string;
}

/** A loaded machine takes seconds to get as far as systemd's first instruction. */
const startMs = 60_000;

/** The first process of the host that the child runs, as soon as systemd answers there. */
export async function findFirstProcess(child: ChildProcess): Promise<FirstProcess> {
  const look = async () => {
    if (hasEnded(child)) return { ended: true } as const;
    const first = await findDescendant(String(child.pid));
    // systemd listens here from its start, when the host's file system is in its place.
    if (first !== undefined) await access(`/proc/${first.outside}/root/run/systemd/private`);
    return first;
  };
  const found = await until("systemd to answer", look, startMs, 50);
  if ("ended" in found) throw new Error(describeEnd(child));
  return found;
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return `systemd-nspawn ended with ${signalCode ?? `exit code ${exitCode}`}`;
}

/** The descendant that is process 1 of a namespace below the lab's. */
async function findDescendant(pid: string): Promise<FirstProcess | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const numbers = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split("\t") ?? [];
    const [, inLab, inHost] = numbers;
    if (inLab !== undefined && inHost === "1") return { inLab, outside: pid };
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
