import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type Cgroup, cgroupRemoval, locateCgroup } from "./cgroup.ts";

const exec = promisify(execFile);

export interface Lab {
  /** Number of the lab's first process, outside of it. */
  readonly pid: string;
  /** For those of the lab's machines; it is made with the first of them, and goes with the lab. */
  readonly cgroup: Cgroup;
  /** Runs a command to its end, in a host's network if one is named, and returns its output. */
  run(command: readonly string[], options?: { network?: string; input?: string }): Promise<string>;
  /** Starts a command that the lab's end ends. */
  start(command: readonly string[], options: StartOptions): ChildProcess;
  /** Ends every process of the lab, and with them its networks, mounts and files. */
  close(): Promise<void>;
}

interface StartOptions {
  readonly network?: string;
  readonly stdio: ("ignore" | "pipe" | "inherit" | "ipc" | number)[];
}

/**
 * A set of namespaces of their own for processes, mounts and networks. Nothing that happens in it
 * survives it, whatever kills the test: its first process ends when the test's end of its standard
 * input is closed. Control groups belong to no namespace, so a process outside waits to remove them.
 */
export async function openLab(): Promise<Lab> {
  const script = [
    "mount -t tmpfs -o mode=0755 tmpfs /run",
    "mkdir /run/netns /run/lock",
    "ip link set lo up",
    "echo ready",
    "exec cat > /dev/null",
  ].join(" && ");
  const cgroup = await locateCgroup(`tripod-lab-${randomUUID()}`);
  const namespaces = "--net --mount --pid --ipc --uts --mount-proc --propagation=private";
  const keeper = spawn(
    "sh",
    [
      "-c",
      `unshare ${namespaces} --fork --kill-child sh -c "$1"; code=$?; ${cgroupRemoval(cgroup)}; exit $code`,
      "sh",
      script,
    ],
    // In a session of its own, it outlives the signals that a terminal sends to the test.
    { stdio: ["pipe", "pipe", "inherit"], detached: true },
  );
  const ended = once(keeper, "exit");
  await Promise.race([
    once(keeper.stdout, "data"),
    ended.then(([code]) => {
      throw new Error(`the lab did not open: unshare exited with ${code}`);
    }),
  ]);
  const pid = await readChild(await readChild(String(keeper.pid)));
  const inside = ["--target", pid, "--mount", "--net", "--pid", "--ipc", "--uts"];
  const enter = (command: readonly string[], network?: string) => [
    ...inside,
    "--",
    ...(network === undefined ? [] : ["nsenter", `--net=/run/netns/${network}`, "--"]),
    ...command,
  ];

  return {
    pid,
    cgroup,
    async run(command, { network, input } = {}) {
      const running = exec("nsenter", enter(command, network), { maxBuffer: 1 << 26 });
      running.child.stdin?.end(input);
      return (await running).stdout;
    },
    start: (command, { network, stdio }) => spawn("nsenter", enter(command, network), { stdio }),
    async close() {
      keeper.stdin.end();
      await ended;
    },
  };
}

async function readChild(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
}
