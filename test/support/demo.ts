import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { collectOutput } from "./child-output.ts";
import { programEnvironment } from "./program-environment.ts";

const main = join(import.meta.dirname, "../../src/local/demo/main.ts");

export interface DemoProcess {
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  readonly output: () => string;
  /** The numbers of its summary by their names. */
  readonly counts: () => Record<string, number>;
  /** Exit code, once it has ended; null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** The demo as a real process; it goes with the test. */
export function startDemo(env: Record<string, string>, args: readonly string[]): DemoProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...programEnvironment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  const ended = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    child,
    output,
    counts: () =>
      Object.fromEntries(
        [...output().matchAll(/^(\w[\w ]+?) {2,}(\d+)/gm)].map(([, name = "", count]) => [
          name,
          Number(count),
        ]),
      ),
    ended,
  };
}
