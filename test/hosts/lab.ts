import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface Lab {
  /** Number of the lab's first process, outside of it. */
  readonly pid: string;
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
 * input is closed.
 */
export async function openLab(): Promise<Lab> {
  const script = [
    "mount -t tmpfs -o mode=0755 tmpfs /run",
    "mkdir /run/netns /run/lock",
    "ip link set lo up",
    "echo ready",
    "exec cat > /dev/null",
  ].join(" && ");
  const own = ["--net", "--mount", "--pid", "--ipc", "--uts", "--cgroup"];
  const first = spawn(
    "unshare",
    [...own, "--fork", "--kill-child", "--mount-proc", "--propagation=private", "sh", "-c", script],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const ended = once(first, "exit");
  await Promise.race([
    once(first.stdout, "data"),
    ended.then(([code]) => {
      throw new Error(`the lab did not open: unshare exited with ${code}`);
    }),
  ]);
  const children = await readFile(`/proc/${first.pid}/task/${first.pid}/children`, "utf8");
  const pid = children.trim();
  const inside = ["--target", pid, "--mount", "--net", "--pid", "--ipc", "--uts"];
  const enter = (command: readonly string[], network?: string) => [
    ...inside,
    "--",
    ...(network === undefined ? [] : ["nsenter", `--net=/run/netns/${network}`, "--"]),
    ...command,
  ];

  return {
    pid,
    async run(command, { network, input } = {}) {
      const running = exec("nsenter", enter(command, network), { maxBuffer: 1 << 26 });
      running.child.stdin?.end(input);
      return (await running).stdout;
    },
    start: (command, { network, stdio }) => spawn("nsenter", enter(command, network), { stdio }),
    async close() {
      first.stdin.end();
      await ended;
    },
  };
}
