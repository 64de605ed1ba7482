import type { ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { endpoints } from "../../src/contract/topology.ts";
import { openLab } from "../hosts/lab.ts";
import { addresses, createNetworks, router } from "../hosts/network.ts";
import {
  type Place,
  type ProducerProcess,
  launchProducer,
  spawnWorker,
  type WorkerProcess,
} from "../support/processes.ts";
import { createRedisCommand } from "../support/redis.ts";
import { findObstacle, labRequirements } from "../support/requirements.ts";
import { startDoor } from "./door.ts";

type HostName = "redis" | "producer" | "worker";

export interface SeparateHosts {
  /** Redis as the test reaches it, whatever is cut between the hosts. */
  readonly redisUrlOutside: string;
  /** A producer on its host, with Redis where it stands or at the URL given. */
  startProducer(redisUrl?: string): Promise<ProducerProcess>;
  /** A worker on its host, as above. */
  startWorker(redisUrl?: string): Promise<WorkerProcess>;
  /** Opens a longer way to Redis, which loses packets, and returns its URL for the hosts. */
  openLongWay(quality: WayQuality): Promise<string>;
  /** From now on packets that one of these nftables expressions matches are dropped on their way. */
  drop(matches: readonly string[]): Promise<void>;
  heal(): Promise<void>;
}

interface WayQuality {
  readonly roundTripMs: number;
  /** Share of the packets between a host and the router that are lost, each way. */
  readonly lossPercent: number;
}

/** Port of the router at which the long way begins. */
const longWayPort = 6_380;
const routerAddress = addresses.redis.replace(/\.\d+$/, ".1");

/** Why hosts cannot have networks of their own on this machine. Throws in CI. */
export function whyNoSeparateHosts(): string | undefined {
  return findObstacle("part hosts", labRequirements);
}

/** Matches what `from` sends to `to`; the way back is a match of its own. */
export function cut(from: HostName, to: HostName): string {
  return `ip saddr ${addresses[from]} ip daddr ${addresses[to]}`;
}

/**
 * Redis, and networks for a producer and a worker, each of its own as on EC2; they go with the test.
 * Packets are dropped between the hosts, so that the hosts' own TCP behaves as it does there.
 */
export async function openSeparateHosts(): Promise<SeparateHosts> {
  const lab = await openLab();
  onTestFinished(() => lab.close());
  await createNetworks(lab);
  const door = startDoor(lab, router);
  const port = endpoints.redis.port;
  await lab.run(["mkdir", "/run/redis"]);
  const settings = {
    bind: addresses.redis,
    port: String(port),
    dir: "/run/redis",
    "protected-mode": "no",
  };
  lab.start(createRedisCommand(settings), {
    network: "redis",
    stdio: ["ignore", "ignore", "inherit"],
  });

  const setRules = (prerouting: readonly string[], output: readonly string[]) =>
    lab.run(["nft", "--file", "-"], { network: router, input: createTable(prerouting, output) });
  const place = (host: HostName): Place => ({
    address: addresses[host],
    start: (command, env) => {
      const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const child = lab.start(["env", "--ignore-environment", ...assignments, ...command], {
        network: host,
        stdio: ["ignore", "pipe", "pipe"],
      });
      return child as ChildProcessByStdio<null, Readable, Readable>;
    },
    reach: (hostPort) => door(addresses[host], hostPort),
  });
  const ownUrl = `redis://${addresses.redis}:${port}`;
  return {
    redisUrlOutside: `redis://${await door(addresses.redis, port)}`,
    startProducer: (url = ownUrl) => launchProducer(url, {}, undefined, place("producer")),
    startWorker: (url = ownUrl) => spawnWorker(url, {}, undefined, place("worker")),
    async openLongWay({ roundTripMs, lossPercent }) {
      // A relay, for not every kernel has netem; TCP takes up a lost packet sooner than over 100 ms.
      const relay = join(import.meta.dirname, "long-way-main.ts");
      const options = {
        port: longWayPort,
        to: `${addresses.redis}:${port}`,
        "delay-ms": roundTripMs / 2,
      };
      lab.start(
        [
          process.execPath,
          relay,
          ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
        ],
        { network: router, stdio: ["ignore", "inherit", "inherit"] },
      );
      const lost = `numgen random mod 1000 < ${lossPercent * 10}`;
      await setRules([`tcp dport ${longWayPort} ${lost}`], [`tcp sport ${longWayPort} ${lost}`]);
      return `redis://${routerAddress}:${longWayPort}`;
    },
    async drop(rules) {
      await setRules(rules, []);
    },
    async heal() {
      await setRules([], []);
    },
  };
}

function createTable(prerouting: readonly string[], output: readonly string[]): string {
  // Adding it first lets the deletion succeed the first time, too.
  return `add table bridge faults
delete table bridge faults
table bridge faults {
  chain prerouting {
    type filter hook prerouting priority 0
${dropRules(prerouting)}  }
  chain output {
    type filter hook output priority 0
${dropRules(output)}  }
}
`;
}

function dropRules(matches: readonly string[]): string {
  return matches.map((match) => `    ${match} drop\n`).join("");
}
