import { join, relative } from "node:path";
import { cutZeros } from "../../infra/boot/append-file.ts";
import { type BrokerLogin, prepareLogin } from "./broker-login.ts";
import { findCommand } from "./command-path.js";
import { claimDataFolder, makeDataFolder } from "./data-folder.ts";
import { findFreePort } from "./ports.ts";

export interface Broker {
  readonly url: string;
  /** Where it keeps the jobs, in words. */
  readonly place: string;
  /** What runs it; `undefined` when it is somebody else's. */
  readonly command: readonly string[] | undefined;
  /** What it asks for, where it is ours. */
  readonly login: BrokerLogin | undefined;
}

/**
 * The broker at the given address, or else a private Redis on a free port with its data in the folder.
 * Throws if no Redis is installed, or the folder cannot be used or is another launcher's.
 */
export async function prepareBroker({
  givenUrl,
  dataFolder,
  path,
}: {
  givenUrl: string | undefined;
  dataFolder: string;
  path: string | undefined;
}): Promise<Broker> {
  if (givenUrl !== undefined) {
    return {
      url: givenUrl,
      place: `Redis at ${new URL(givenUrl).host}`,
      command: undefined,
      login: undefined,
    };
  }
  const server = findCommand(["redis-server", "valkey-server"], path);
  if (server === undefined) {
    throw new Error(
      'neither "redis-server" nor "valkey-server" is on the PATH; install one, or set REDIS_URL',
    );
  }
  await claimDataFolder(dataFolder);
  const folder = join(dataFolder, "redis");
  makeDataFolder(folder);
  const port = await findFreePort();
  const login = prepareLogin(dataFolder);
  return {
    url: `redis://127.0.0.1:${port}`,
    place: shortened(folder),
    command: createRedisCommand({ server, configFile: login.configFile, port, folder }),
    login,
  };
}

/** Relative to where we are, if it is below. */
function shortened(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

/** A Redis that only this machine reaches, with the password, that syncs every write to disk and never evicts a job. */
function createRedisCommand({
  server,
  configFile,
  port,
  folder,
}: {
  server: string;
  configFile: string;
  port: number;
  folder: string;
}): readonly string[] {
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    // As on the smallest host: it bounds what is kept of ended jobs, and of those that wait.
    maxmemory: "512mb",
    "maxmemory-policy": "noeviction",
    loglevel: "warning",
  };
  const options = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  // Before each start, as on EC2: a laptop loses its power, too.
  const prepared = `set -eu\n${cutZeros}\ncut_zeros "$1"\nshift\nexec "$@"`;
  return ["sh", "-c", prepared, "redis", folder, server, configFile, ...options];
}
