import { execFileSync } from "node:child_process";
import type { Queue } from "bullmq";
import { queues } from "../../contract/queues.ts";
import type { Config } from "../../service/config.ts";
import { within } from "../../service/deadline.ts";
import { loadSecret } from "../../service/secret-file.ts";
import { createQueue } from "../../queue/queue.ts";
import { openRedis } from "../../queue/connection.ts";
import type { Deployment } from "../deployment.ts";

/** What the demo may do to the queues, all at once, besides submitting to them. */
export interface Control {
  /** Whether any is. */
  isPaused(): Promise<boolean>;
  /** Once it throws, they may be paused all the same, or soon. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Asks the worker to stop; its launcher starts another. */
  restartWorker(): void;
  close(): void;
}

const callMs = 5_000;

/**
 * Access to the queues and the worker of a deployment that `npm start` runs on this machine.
 * Throws the reason when it is not certain that this is one.
 */
export async function openControl({
  url,
  deployment,
  givenRedis,
  knownJobId,
}: {
  url: string;
  deployment: Deployment | undefined;
  /** What the launcher's deployment does not tell when it was given a Redis. */
  givenRedis: Config["redis"] | undefined;
  /** A job that was submitted at `url`. */
  knownJobId: string;
}): Promise<Control> {
  if (deployment === undefined || portOf(deployment.url) !== portOf(url) || !isThisMachine(url)) {
    throw new Error(`"${url}" is not known as something that "npm start" runs on this machine`);
  }
  const { launcherPid } = deployment;
  findWorker(launcherPid);
  const { redisUrl, redisPasswordFile } = deployment;
  const ownRedis = redisUrl !== undefined && {
    url: redisUrl,
    password: redisPasswordFile === undefined ? undefined : loadSecret(redisPasswordFile),
  };
  const address = givenRedis ?? (ownRedis || undefined);
  if (address === undefined) throw new Error("its Redis is not known: expected REDIS_URL");
  if (!isThisMachine(address.url)) throw new Error("its Redis is not on this machine");

  const redis = openRedis(address, "background");
  const all = Object.entries(queues).map(([name, spec]) => createQueue(redis, name, spec));
  const askAll = <Answer>(ask: (queue: Queue) => Promise<Answer>) =>
    within(callMs, Promise.all(all.map(ask)));
  // A Redis that does not answer shows in the calls themselves.
  redis.on("error", () => undefined);
  try {
    const found = await askAll((queue) => queue.getJob(knownJobId));
    if (found.every((job) => job === undefined)) {
      throw new Error("its jobs are not in the Redis at hand");
    }
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return {
    isPaused: async () => (await askAll((queue) => queue.isPaused())).includes(true),
    pause: async () => void (await askAll((queue) => queue.pause())),
    resume: async () => void (await askAll((queue) => queue.resume())),
    restartWorker: () => void process.kill(findWorker(launcherPid), "SIGTERM"),
    close: () => redis.disconnect(),
  };
}

/** The last one that was started: after a reload, the one before may still have jobs to end. */
const workerCommand = /\/src\/worker\/main\.ts( --share-ports)?$/;

/** The launcher's worker now; throws when the launcher is gone, even if something else has its pid. */
function findWorker(launcherPid: number): number {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const found = lines.split("\n").findLast((line) => {
    const [, parent, command = ""] = /^\s*\d+\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === launcherPid && workerCommand.test(command);
  });
  if (found !== undefined) return Number.parseInt(found, 10);
  throw new Error(`no worker of a launcher with pid ${launcherPid} runs`);
}

function isThisMachine(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

function portOf(address: string): string {
  const { port, protocol } = new URL(address);
  return port || (protocol === "https:" ? "443" : "80");
}
