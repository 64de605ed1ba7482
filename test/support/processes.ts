import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { collectOutput } from "./child-output.ts";
import { untilReady } from "./client.ts";
import { forkSources } from "./fork.ts";
import { reservePort } from "./ports.ts";
import { programEnvironment } from "./program-environment.ts";
import { asService } from "./redis.ts";
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

/** Where services run: this machine, or a host that is played in namespaces of it. */
export interface Place {
  /** Address that the services' listeners bind to. */
  readonly address: string;
  /** Starts a command with that environment alone; its output is piped. */
  start(
    command: readonly [string, ...string[]],
    env: Environment,
  ): ChildProcessByStdio<null, Readable, Readable>;
  /** Host and port at which the test finds a port of the place. */
  reach(port: number): Promise<string>;
}

const thisMachine: Place = {
  address: "127.0.0.1",
  start: ([file, ...args], env) => spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] }),
  reach: async (port) => `127.0.0.1:${port}`,
};

/**
 * A real producer process on free ports, listening but perhaps without Redis, from a fork with the
 * fixture tasks or another one; it goes with the test.
 */
export async function launchProducer(
  redisUrl: string,
  env: Environment = {},
  sources = forkSources(),
  place = thisMachine,
): Promise<ProducerProcess> {
  const [publicPort, boardPort, metricsPort] = [
    await reservePort(),
    await reservePort(),
    await reservePort(),
  ];
  const variables = {
    REDIS_URL: withLogin("producer", redisUrl, env),
    PUBLIC_PORT: String(publicPort),
    BOARD_PORT: String(boardPort),
    PRODUCER_METRICS_PORT: String(metricsPort),
    BOARD_PASSWORD: "correct horse",
    // Tests submit in bulk, all from one address.
    RATE_LIMIT_PER_MINUTE: "1000000",
    READ_LIMIT_PER_MINUTE: "1000000",
    MAX_UNFINISHED_PER_CLIENT: "0",
    ...env,
  };
  const service = spawnService("producer", variables, sources, place);
  const [url, boardUrl, metricsUrl] = [
    `http://${await place.reach(publicPort)}`,
    `http://${await place.reach(boardPort)}`,
    `http://${await place.reach(metricsPort)}`,
  ];
  await untilAlive(service, url);
  return { ...service, url, boardUrl, metricsUrl };
}

/** The same, where Redis can be reached, once it takes jobs. */
export async function spawnProducer(
  ...place: Parameters<typeof launchProducer>
): Promise<ProducerProcess> {
  const producer = await launchProducer(...place);
  await untilReady(producer.url);
  return producer;
}

/**
 * A real worker process on a free port, or the one given, from a fork with the fixture tasks or
 * another one; it goes with the test.
 */
export async function spawnWorker(
  redisUrl: string,
  env: Environment = {},
  sources = forkSources(),
  place = thisMachine,
): Promise<WorkerProcess> {
  const port = env["WORKER_METRICS_PORT"] ?? String(await reservePort());
  const redis = withLogin("worker", redisUrl, env);
  const variables = { REDIS_URL: redis, ...env, WORKER_METRICS_PORT: port };
  const service = spawnService("worker", variables, sources, place);
  const metricsUrl = `http://${await place.reach(Number(port))}`;
  await untilAlive(service, metricsUrl);
  return { ...service, metricsUrl };
}

/** With the service's own user in Redis, unless the test brings a password. */
function withLogin(service: "producer" | "worker", redisUrl: string, env: Environment): string {
  return env["REDIS_PASSWORD_FILE"] === undefined ? asService(service, redisUrl) : redisUrl;
}

function spawnService(
  name: "producer" | "worker",
  env: Environment,
  sources: string,
  place: Place,
): ServiceProcess {
  const main = join(sources, "src", name, "main.ts");
  const child = place.start([process.execPath, main], {
    ...programEnvironment,
    LISTEN_ADDRESS: place.address,
    ...env,
  });
  const output = collectOutput(child);
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
  return { child, output, stop };
}

/** A start takes half a second; on a machine that is busy with other tests, many times that. */
const startMs = 60_000;

async function untilAlive(service: ServiceProcess, url: string): Promise<void> {
  const answers = async () => {
    if (service.child.exitCode !== null) throw new Error(service.output());
    return (await fetch(`${url}/healthz`)).ok;
  };
  await until(`${url} to answer`, answers, startMs);
}
