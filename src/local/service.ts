import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { onLine } from "../service/lines.ts";

/** Prints a line in the name of a process. */
export type Print = (name: string, line: string) => void;

export interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Time between its end and its next start; one second if not given. */
  readonly restartDelayMs?: number;
}

export interface Service {
  readonly name: string;
  /** Asks it to end, and kills it if it has not done so after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Kills it and whatever it has started. */
  kill(): void;
}

const progressEveryMs = 5_000;

/**
 * Keeps the program running until it is stopped, as systemd does with `Restart=always`.
 * It gets a process group of its own, so that a terminal's Ctrl-C reaches the launcher alone.
 */
export function openService(program: Program, print: Print): Service {
  const { name, restartDelayMs = 1_000 } = program;
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const ended = keepRunning();

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      child = start(program, print);
      const end = await endOf(child);
      if (stopping.signal.aborted) return;
      print(name, `ended (${end}), starts again in ${restartDelayMs / 1_000} s`);
      await sleep(restartDelayMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  function kill(): void {
    stopping.abort();
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, "SIGKILL");
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.abort();
    child?.kill("SIGTERM");
    const askedAt = performance.now();
    const progress = setInterval(() => {
      const seconds = Math.round((performance.now() - askedAt) / 1_000);
      print(name, `still stopping after ${seconds} s, killed after ${graceMs / 1_000} s`);
    }, progressEveryMs);
    const deadline = setTimeout(kill, graceMs);
    await ended;
    clearInterval(progress);
    clearTimeout(deadline);
  }

  return { name, stop, kill };
}

function start({ name, command: [file = "", ...args], env }: Program, print: Print): ChildProcess {
  const child = spawn(file, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    onLine(stream, (line) => print(name, line));
  }
  return child;
}

/** Resolves with the reason once the process is gone and its last line is read. */
async function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
