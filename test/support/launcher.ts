import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { descendantsOf, type RunningProcess } from "./process-tree.ts";
import { collectOutput } from "./child-output.ts";
import { forkSources } from "./fork.ts";
import { reservePort } from "./ports.ts";
import { programEnvironment } from "./program-environment.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

/** Within the project that it launches. */
const launcher = [process.execPath, "src/local/main.ts"] as const;

export interface Launcher {
  readonly child: ChildProcess & { readonly pid: number };
  readonly ports: Awaited<ReturnType<typeof findPorts>>;
  /** Of the producer's public listener. */
  readonly url: string;
  /** Where its Redis keeps the jobs. */
  readonly dataFolder: string;
  /** Exit code or signal, once it has ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** All that it has printed. */
  readonly output: () => string;
  /** Resolves with the whole output as soon as it contains `text`. */
  readonly untilOutput: (text: string, ms?: number) => Promise<string>;
  /** Its process called `redis`, `producer` or `worker`. */
  readonly process: (name: string) => RunningProcess;
}

/** Starts the launcher of a fork with the fixture tasks, on ports of its own; it is killed, and its data deleted, when the test is over. */
export async function startLauncher({
  env = {},
  dataFolder = createTemporaryFolder(),
  command = launcher,
  project = forkSources(),
}: {
  env?: NodeJS.ProcessEnv;
  dataFolder?: string;
  command?: readonly [string, ...string[]];
  /** Of the fork, or of one that the test may change. */
  project?: string;
} = {}): Promise<Launcher> {
  const ports = await findPorts();
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd: project,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...programEnvironment,
      TRIPOD_DATA: dataFolder,
      PUBLIC_PORT: String(ports.public),
      BOARD_PORT: String(ports.board),
      PRODUCER_METRICS_PORT: String(ports.producerMetrics),
      WORKER_METRICS_PORT: String(ports.workerMetrics),
      // What watches the queue is started where a test is about it.
      MONITORING: "false",
      // A job whose worker was killed is taken up again after a second instead of half a minute.
      WORKER_LOCK_MS: "1000",
      WORKER_STALLED_CHECK_MS: "200",
      ...env,
    },
  });
  const output = collectOutput(child);
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? code ?? NaN));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start "${command.join(" ")}"`);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGKILL");
    await ended;
  });

  return {
    child: Object.assign(child, { pid }),
    ports,
    url: `http://127.0.0.1:${ports.public}`,
    dataFolder,
    ended,
    output,
    async untilOutput(text, ms = 60_000) {
      await until(`"${text}" in the launcher's output`, () => output().includes(text), ms);
      return output();
    },
    process(name) {
      const found = descendantsOf(pid).find(
        ({ command: line }) => line.includes(`${name}/main.ts`) || line.includes(`${name}-server`),
      );
      if (found === undefined) throw new Error(`no process called "${name}"`);
      return found;
    },
  };
}

async function findPorts() {
  const [first, second, third, fourth] = await Promise.all([
    reservePort(),
    reservePort(),
    reservePort(),
    reservePort(),
  ]);
  return { public: first, board: second, producerMetrics: third, workerMetrics: fourth };
}
