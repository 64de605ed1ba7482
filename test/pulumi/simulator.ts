import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Aws, createAws } from "./aws.ts";
import { simulatorPackages } from "./simulator-packages.ts";

export interface Simulator {
  readonly url: string;
  readonly aws: Aws;
  /** Keeps calls of that operation waiting from now on; those that waited until now get no answer. */
  readonly hold: (operation: string | null) => Promise<void>;
  /** How many calls wait. */
  readonly countHeld: () => Promise<number>;
  readonly close: () => void;
}

/** An account of AWS with nothing in it but what AWS itself puts there. */
export async function openSimulator(env: Readonly<Record<string, string>>): Promise<Simulator> {
  const child = spawn("python3", [join(import.meta.dirname, "simulator.py")], {
    env: { ...env, PYTHONPATH: simulatorPackages(), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  const [port]: unknown[] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the simulator of AWS ended with ${String(code)}`);
    }),
  ]);
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    aws: createAws(url),
    async hold(operation) {
      await fetch(url, { method: "POST", body: JSON.stringify({ hold: operation }) });
    },
    async countHeld() {
      const { waiting } = (await (await fetch(url)).json()) as { waiting: number };
      return waiting;
    },
    close: () => void child.kill("SIGKILL"),
  };
}
