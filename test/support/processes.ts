import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { findFreePort } from "../../src/local/ports.ts";
import { until } from "./until.ts";

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  readonly output: () => string;
  /** Sends the signal and resolves with the exit code (null if the signal killed it). */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export interface ProducerProcess extends ServiceProcess {
  readonly url: string;
  readonly boardUrl: string;
  readonly metricsUrl: string;
}

export interface WorkerProcess extends ServiceProcess {
  readonly metricsUrl: string;
}

type Environment = Record<string, string>;

const ownSources = new URL("../../src/", import.meta.url);

/** A real producer process on free ports, listening but perhaps without Redis; it goes with the test. */
export async function spawnProducer(
  redisUrl: string,
  env: Environment = {},
  sources = ownSources,
): Promise<ProducerProcess> {
  const [publicPort, boardPort, metricsPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const service = spawnService(new URL("producer/main.ts", sources), {
    REDIS_URL: redisUrl,
    PUBLIC_PORT: String(publicPort),
    BOARD_PORT: String(boardPort),
    PRODUCER_METRICS_PORT: String(metricsPort),
    BOARD_PASSWORD: "correct horse",
    RATE_LIMIT_PER_MINUTE: "1000000",
    ...env,
  });
  const url = `http://127.0.0.1:${publicPort}`;
  await untilAlive(service, url);
  return {
    ...service,
    url,
    boardUrl: `http://127.0.0.1:${boardPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
  };
}

/** A real worker process on a free port, or the one given; it goes with the test. */
export async function spawnWorker(
  redisUrl: string,
  env: Environment = {},
  sources = ownSources,
): Promise<WorkerProcess> {
  const port = env["WORKER_METRICS_PORT"] ?? String(await findFreePort());
  const service = spawnService(new URL("worker/main.ts", sources), {
    REDIS_URL: redisUrl,
    ...env,
    WORKER_METRICS_PORT: port,
  });
  const metricsUrl = `http://127.0.0.1:${port}`;
  await untilAlive(service, metricsUrl);
  return { ...service, metricsUrl };
}

function spawnService(main: URL, env: Environment): ServiceProcess {
  const child = spawn(process.execPath, [fileURLToPath(main)], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      written += chunk.toString();
    });
  }
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async (signal: NodeJS.Signals) => {
    if (!gone()) {
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  };
  onTestFinished(async () => {
    await stop("SIGKILL");
  });
  return { child, output: () => written, stop };
}

/** A start takes half a second; on a machine that is busy with other tests, many times that. */
const startMs = 30_000;

async function untilAlive(service: ServiceProcess, url: string): Promise<void> {
  const answers = async () => {
    if (service.child.exitCode !== null) throw new Error(service.output());
    return (await fetch(`${url}/healthz`)).ok;
  };
  await until(`${url} to answer`, answers, startMs);
}
