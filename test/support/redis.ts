import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { reservePort } from "./ports.ts";

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Where it keeps its data. */
  readonly folder: string;
  readonly running: boolean;
  /** Starts the server (again), on the same port and data. */
  start(): Promise<void>;
  /** Sends the signal and, unless it only freezes or thaws the server, waits until it has gone. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Kills the server and deletes its data. */
  remove(): Promise<void>;
}

export interface RedisOptions {
  /** What its configuration says otherwise than ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A command that turns into the server when the server's own command line follows it. */
  readonly through?: readonly string[];
}

/** A redis-server of one's own: private port and folder, append-only with an fsync per write. */
export async function startRedis({
  settings = {},
  through = [],
}: RedisOptions = {}): Promise<TestRedis> {
  const port = await reservePort();
  const folder = await mkdtemp(join(tmpdir(), "tripod-redis-"));
  const [file = "", ...args] = [
    ...through,
    ...createRedisCommand({ port: String(port), bind: "127.0.0.1", dir: folder, ...settings }),
  ];
  let server: ChildProcess | undefined;

  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    get running() {
      return server !== undefined && server.exitCode === null && server.signalCode === null;
    },
    async start() {
      server = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
      await untilOutput(server, "Ready to accept connections");
    },
    async signal(name) {
      if (server === undefined || !redis.running) return;
      server.kill(name);
      if (name !== "SIGSTOP" && name !== "SIGCONT") await once(server, "exit");
    },
    async remove() {
      await redis.signal("SIGKILL");
      await rm(folder, { recursive: true });
    },
  };
  await redis.start();
  return redis;
}

/** A redis-server that goes with the test. */
export async function ownRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.remove());
  return redis;
}

/** The command line of a Redis as we deploy it, but for the settings given. */
export function createRedisCommand(settings: Readonly<Record<string, string>>): string[] {
  const all = {
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    "maxmemory-policy": "noeviction",
    ...settings,
  };
  return ["redis-server", ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])];
}

/** Resolves when the child's standard output contains `text`; rejects if it exits before. */
async function untilOutput(child: ChildProcess, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let seen = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.once("exit", (code) =>
      reject(new Error(`exited with ${code} before "${text}": ${seen}`)),
    );
    child.once("error", reject);
  });
}
