import { fileURLToPath } from "node:url";
import type { Config } from "../config.ts";
import { paths } from "../contract/topology.ts";
import type { Broker } from "./broker.ts";
import { untilReady } from "./readiness.ts";
import { openService, type Print } from "./service.ts";
import { createOrigins } from "./summary.ts";

export interface Stack {
  /** Resolves when producer and worker can do their work; throws the reason after a minute. */
  untilReady(signal: AbortSignal): Promise<void>;
  /** Drains producer and worker, then stops the broker they need for that. */
  stop(): Promise<void>;
  /** Ends everything at once. */
  kill(): void;
}

const producerSource = fileURLToPath(import.meta.resolve("../producer/main.ts"));
const workerSource = fileURLToPath(import.meta.resolve("../worker/main.ts"));

const readyDeadlineMs = 60_000;
/** What producer and worker get on top of the time that the worker grants its jobs. */
const drainSlackMs = 15_000;
const brokerStopMs = 10_000;

/** Starts the broker, unless it is somebody else's, the producer and the worker. */
export function openStack({
  config,
  broker,
  env,
  launchPrefix,
  print,
}: {
  config: Config;
  broker: Broker;
  env: NodeJS.ProcessEnv;
  /** Goes before each command. */
  launchPrefix: readonly string[];
  print: Print;
}): Stack {
  const open = (name: string, command: readonly string[]) =>
    openService({ name, command: [...launchPrefix, ...command], env }, print);

  const redis = broker.command && open("redis", broker.command);
  const producer = open("producer", [process.execPath, producerSource]);
  const worker = open("worker", [process.execPath, workerSource]);
  const origins = createOrigins(config);

  return {
    async untilReady(signal) {
      const wait = async (name: string, origin: string) =>
        untilReady(`${origin}${paths.readiness}`, {
          deadlineMs: readyDeadlineMs,
          signal,
          tell: (line) => print(name, line),
        });
      await Promise.all([wait("producer", origins.public), wait("worker", origins.workerMetrics)]);
    },
    async stop() {
      const graceMs = config.worker.drainMs + drainSlackMs;
      await Promise.all([producer.stop(graceMs), worker.stop(graceMs)]);
      await redis?.stop(brokerStopMs);
    },
    kill() {
      for (const service of [producer, worker, redis]) service?.kill();
    },
  };
}
