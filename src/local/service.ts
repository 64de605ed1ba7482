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
  /** It sends "up", and "closing" once it takes nothing new, as a successor has to. */
  readonly tellsState?: true;
}

export interface Service {
  readonly name: string;
  /**
   * Starts a second process beside the one that runs; resolves once it is up. Throws why it is not,
   * and then there is none.
   */
  prepareSuccessor(): Promise<Successor>;
  /** Ends it, as `stop` does, and starts it anew. */
  restart(graceMs: number): void;
  /** Asks it to end, and kills it if it has not done so after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Kills it and whatever it has started. */
  kill(): void;
}

/** It is up, and the one before it still is. */
export interface Successor {
  /**
   * Asks the one before it to end, and kills it after `graceMs`. Resolves once that one takes
   * nothing new any more; what it has begun may go on.
   */
  takeOver(graceMs: number): Promise<void>;
  discard(): void;
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves with the reason of its end. */
  readonly end: Promise<string>;
}

const progressEveryMs = 5_000;
const upDeadlineMs = 60_000;

/**
 * Keeps the program running until it is stopped, as systemd does with `Restart=always`.
 * It gets a process group of its own, so that a terminal's Ctrl-C reaches the launcher alone.
 */
export function openService(program: Program, print: Print): Service {
  const { name, restartDelayMs = 1_000 } = program;
  const stopping = new AbortController();
  /** The one in service, those before it that drain, and one that is about to follow. */
  const all = new Set<Running>();
  let current = begin();
  void keepRunning(current);

  function begin(): Running {
    const child = start(program, print);
    const running = { child, end: endOf(child) };
    all.add(running);
    void running.end.then(() => all.delete(running));
    return running;
  }

  async function keepRunning(first: Running): Promise<void> {
    let running = first;
    const isOver = () => stopping.signal.aborted || current !== running;
    for (;;) {
      const end = await running.end;
      if (isOver()) return;
      print(name, `ended (${end}), starts again in ${restartDelayMs / 1_000} s`);
      await sleep(restartDelayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (isOver()) return;
      running = current = begin();
    }
  }

  async function prepareSuccessor(): Promise<Successor> {
    const next = begin();
    const up = untilMessage(next.child, "up");
    const patience = new AbortController();
    const late = sleep(upDeadlineMs, `not up after ${upDeadlineMs / 1_000} s`, patience);
    const problem = await Promise.race([up, next.end, late]);
    patience.abort();
    await late.catch(() => undefined);
    if (problem !== undefined) {
      kill(next);
      throw new Error(`the new ${name} ended (${problem})`);
    }
    return {
      async takeOver(graceMs) {
        const before = current;
        current = next;
        void keepRunning(next);
        const closing = untilMessage(before.child, "closing");
        terminate(before, graceMs);
        await Promise.race([closing, before.end]);
      },
      discard: () => kill(next),
    };
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.abort();
    for (const { child } of all) child.kill("SIGTERM");
    const askedAt = performance.now();
    const progress = setInterval(() => {
      const seconds = Math.round((performance.now() - askedAt) / 1_000);
      print(name, `still stopping after ${seconds} s, killed after ${graceMs / 1_000} s`);
    }, progressEveryMs);
    const deadline = setTimeout(killAll, graceMs);
    await Promise.all([...all].map(({ end }) => end));
    clearInterval(progress);
    clearTimeout(deadline);
  }

  function killAll(): void {
    stopping.abort();
    for (const running of all) kill(running);
  }

  return {
    name,
    prepareSuccessor,
    restart: (graceMs) => terminate(current, graceMs),
    stop,
    kill: killAll,
  };
}

function start(
  { name, command: [file = "", ...args], env, tellsState }: Program,
  print: Print,
): ChildProcess {
  const child = spawn(file, args, {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", ...(tellsState ? (["ipc"] as const) : [])],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) onLine(stream, (line) => print(name, line));
  }
  return child;
}

async function untilMessage(child: ChildProcess, wanted: string): Promise<undefined> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      if (message === wanted) resolve(undefined);
    });
  });
}

function terminate(running: Running, graceMs: number): void {
  running.child.kill("SIGTERM");
  const deadline = setTimeout(() => kill(running), graceMs);
  void running.end.then(() => clearTimeout(deadline));
}

function kill({ child }: Running): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
}

/** Resolves with the reason once the process is gone and its last line is read. */
async function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
