import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectOutput } from "../support/child-output.ts";
import { createEnvironment } from "./environment.ts";
import { copyProject } from "./project-copy.ts";
import { type Simulator, openSimulator } from "./simulator.ts";
import { type Step, readSteps } from "./steps.ts";

export interface Run {
  readonly exitCode: number | null;
  readonly output: string;
  /** What it did, by Pulumi's names of operations. */
  readonly steps: readonly Step[];
}

/** A deployer's clone with a stack of its own, and the account that it is deployed to. */
export interface Deployment extends Pick<Simulator, "aws" | "hold" | "countHeld"> {
  /** The clone, which may be changed. */
  readonly folder: string;
  /** Runs `pulumi` with these arguments to its end. */
  readonly run: (...args: string[]) => Promise<Run>;
  /** The same, and throws unless it succeeds. */
  readonly pulumi: (...args: string[]) => Promise<Run>;
  /** Starts `pulumi`, and does not wait. */
  readonly start: (...args: string[]) => ChildProcess;
  readonly close: () => void;
}

/** `config` is what the deployer sets beside `Pulumi.dev.yaml`. */
export async function openDeployment(
  config: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const home = mkdtempSync(join(tmpdir(), "tripod-pulumi-"));
  const folder = join(home, "clone");
  const commands = join(home, "commands");
  for (const each of [folder, commands, join(home, "home"), join(home, "backend")]) mkdirSync(each);
  copyProject(folder);
  const env = createEnvironment(home, commands);
  const simulator = await openSimulator(env);
  for (const provider of ["aws", "random"]) {
    const main = join(import.meta.dirname, `${provider}-provider-main.ts`);
    writeCommand(
      join(commands, `pulumi-resource-${provider}`),
      `exec ${process.execPath} ${main} ${simulator.url} "$@"`,
    );
  }

  const start = (args: readonly string[]) =>
    spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const run = async (...args: string[]): Promise<Run> => {
    const log = join(home, "events");
    rmSync(log, { force: true });
    const takesLog = ["up", "refresh", "destroy"].includes(args[0] ?? "");
    const child = start(takesLog ? [...args, "--event-log", log] : args);
    const output = collectOutput(child);
    await once(child, "close");
    const steps = existsSync(log) ? readSteps(readFileSync(log, "utf8")) : [];
    return { exitCode: child.exitCode, output: output(), steps };
  };
  const pulumi = async (...args: string[]): Promise<Run> => {
    const result = await run(...args);
    if (result.exitCode === 0) return result;
    throw new Error(`pulumi ${args.join(" ")} ended with ${result.exitCode}\n${result.output}`);
  };
  await pulumi("stack", "init", "dev");
  for (const [name, value] of Object.entries(config)) await pulumi("config", "set", name, value);
  return {
    ...simulator,
    folder,
    run,
    pulumi,
    start: (...args) => start(args),
    close() {
      simulator.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function writeCommand(file: string, command: string): void {
  writeFileSync(file, `#!/bin/sh\n${command}\n`);
  chmodSync(file, 0o755);
}
