import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { createUsers } from "../../infra/boot/redis-users.ts";
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
  /** Kills the server and deletes its data. Throws if it has denied a service anything. */
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
      const denials = redis.running ? await readDenials(redis.url) : [];
      await redis.signal("SIGKILL");
      await rm(folder, { recursive: true });
      if (denials.length > 0) throw new Error(`redis denied ${denials.join(", ")}`);
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
  const passwords = { producer: hash(passwordOf("producer")), worker: hash(passwordOf("worker")) };
  return [
    "redis-server",
    ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    // The deployment's own users; the tests themselves are Redis' default user, who may do all.
    ...createUsers(passwords).flatMap((user) => ["--user", ...user.split(" ")]),
  ];
}

type Service = "producer" | "worker";

/** The address with which a service logs in as it does in a deployment, unless it names a user. */
export function asService(service: Service, redisUrl: string): string {
  const url = new URL(redisUrl);
  if (url.username !== "" || url.password !== "") return redisUrl;
  url.username = service;
  url.password = passwordOf(service);
  return url.href;
}

function passwordOf(service: Service): string {
  return `of-the-${service}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What Redis has denied the services; nothing where it does not answer. */
async function readDenials(redisUrl: string): Promise<string[]> {
  const client = new Redis(redisUrl, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return toDenials(await client.call("ACL", "LOG", "128"));
  } catch {
    return [];
  } finally {
    client.disconnect();
  }
}

function toDenials(log: unknown): string[] {
  const entries = (log as readonly (readonly unknown[])[]).map((flat) => {
    const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []));
    return Object.fromEntries(pairs) as Readonly<Record<string, unknown>>;
  });
  return (
    entries
      .filter(({ reason, username }) => reason !== "auth" && isService(username))
      // A job to which an operator gave a parent that is none leads BullMQ to keys of nobody.
      .filter(({ reason, object }) => reason !== "key" || String(object).startsWith("{"))
      .map(({ username, object, context }) => [username, object, context].map(String).join(" "))
  );
}

function isService(user: unknown): boolean {
  return user === "producer" || user === "worker";
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
