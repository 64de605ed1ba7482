import { execFileSync } from "node:child_process";

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
function listProcesses(): RunningProcess[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined || state?.startsWith("Z") !== false) return [];
    return { pid: Number(pid), parent: Number(parent), command };
  });
}
