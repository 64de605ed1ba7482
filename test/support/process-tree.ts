import { readdirSync, readFileSync } from "node:fs";

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** Command line. */
  readonly command: string;
}

/** Children, grandchildren and so on of a process. */
export function descendantsOf(pid: number): RunningProcess[] {
  const running = listProcesses();
  const below = (parent: number): RunningProcess[] =>
    running
      .filter((process) => process.parent === parent)
      .flatMap((process) => [process, ...below(process.pid)]);
  return below(pid);
}

/** Those of the processes that still run. */
export function stillRunning(processes: readonly RunningProcess[]): RunningProcess[] {
  const running = new Set(listProcesses().map(({ pid }) => pid));
  return processes.filter(({ pid }) => running.has(pid));
}

/** Every process but the dead ones whose parent has not taken notice yet. */
export function listProcesses(): RunningProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return state === "Z" ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      // It has ended since the folder was read.
      return [];
    }
  });
}
