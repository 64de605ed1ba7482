import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../service/config.ts";
import { environmentOf, withoutOwnVariables } from "../service/passed-environment.ts";
import { canSharePorts } from "../service/doors.ts";
import { paths } from "../contract/paths.ts";
import type { Broker } from "./broker.ts";
import { untilReady } from "./readiness.ts";
import { openService, type Print, type Service } from "./service.ts";
import type { Watcher } from "./monitoring/watcher.ts";
import { createOrigins } from "./origins.ts";

export interface Stack {
  /** Resolves when producer and worker can do their work; throws the reason after a minute. */
  untilReady(signal: AbortSignal): Promise<void>;
  /** Starts what watches the queue: later, so that it does not slow the start down. */
  watch(watchers: readonly Watcher[]): void;
  /**
   * Has producer and worker followed by new ones, which read the sources anew: those before them
   * drain while the new ones work, unless this system has no ports for both: then the new ones
   * follow a second later. Throws why there are none, and then the old ones stay.
   */
  reload(): Promise<void>;
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

/** A watcher that ends by itself mostly does so again: its log is not worth a line each second. */
const watcherRestartMs = 30_000;
const watcherStopMs = 5_000;

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
  const openOurs = (name: "producer" | "worker", source: string) => {
    const command = [...launchPrefix, process.execPath, source, "--share-ports"];
    return openService({ name, command, env: environmentOf(name, env), tellsState: true }, print);
  };

  const redis =
    broker.command &&
    openService(
      {
        name: "redis",
        command: [...launchPrefix, ...broker.command],
        env: withoutOwnVariables(env),
      },
      print,
    );
  const producer = openOurs("producer", producerSource);
  const worker = openOurs("worker", workerSource);
  const origins = createOrigins(config);
  const watching: Service[] = [];
  const graceMs = config.worker.drainMs + drainSlackMs;

  return {
    async untilReady(signal) {
      const wait = async (name: string, origin: string) =>
        untilReady(`${origin}${paths.readiness}`, {
          deadlineMs: readyDeadlineMs,
          signal,
          tell: (line) => print(name, line),
        });
      // The metrics listeners also tell why a service is not ready.
      await Promise.all([
        wait("producer", origins.producerMetrics),
        wait("worker", origins.workerMetrics),
      ]);
    },
    watch(watchers) {
      for (const { name, command, env: own, files } of watchers) {
        writeConfiguration(files);
        const program = {
          name,
          command: [...launchPrefix, ...command],
          env: { PATH: env["PATH"], HOME: env["HOME"], ...own },
          restartDelayMs: watcherRestartMs,
        };
        watching.push(openService(program, print));
      }
    },
    async reload() {
      const services = [producer, worker];
      if (!canSharePorts) {
        for (const service of services) service.restart(graceMs);
        return;
      }
      const prepared = await Promise.allSettled(
        services.map((service) => service.prepareSuccessor()),
      );
      const successors = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const failed = prepared.find((one) => one.status === "rejected");
      if (failed === undefined) {
        await Promise.all(successors.map((successor) => successor.takeOver(graceMs)));
        return;
      }
      for (const successor of successors) successor.discard();
      throw failed.reason;
    },
    async stop() {
      await Promise.all([producer.stop(graceMs), worker.stop(graceMs)]);
      await Promise.all([
        redis?.stop(brokerStopMs),
        ...watching.map((service) => service.stop(watcherStopMs)),
      ]);
    },
    kill() {
      for (const service of [producer, worker, redis, ...watching]) service?.kill();
    },
  };
}

function writeConfiguration(files: Watcher["files"]): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content, undefined, 2));
  }
}
