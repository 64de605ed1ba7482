import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { collectOutput } from "./child-output.ts";
import { programEnvironment } from "./program-environment.ts";
import { until } from "./until.ts";

const startMs = 30_000;

/** Runs a program until the test is over, and resolves once it answers at the URL. */
export async function runUntilTestEnds(
  [file = "", ...args]: readonly string[],
  answersAt: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(file, args, {
    env: { ...programEnvironment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const answers = async () => {
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null) throw new Error(output());
    return (await fetch(answersAt)).ok;
  };
  await until(`${file} to answer`, answers, startMs);
}
