import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findFreePort } from "../../src/local/ports.ts";

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Starts the server (again), on the same port and data. */
  start(): Promise<void>;
  /** Sends the signal and, unless it only freezes or thaws the server, waits until it has gone. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Kills the server and deletes its data. */
  remove(): Promise<void>;
}

/** A redis-server of one's own: private port and folder, append-only with an fsync per write. */
export async function startRedis(): Promise<TestRedis> {
  const port = await findFreePort();
  const dir = await mkdtemp(join(tmpdir(), "tripod-redis-"));
  let server: ChildProcess | undefined;

  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const settings = { port, bind: "127.0.0.1", save: "", dir, appendonly: "yes" };
      const args = Object.entries({
        ...settings,
        appendfsync: "always",
        "maxmemory-policy": "noeviction",
      }).flatMap(([key, value]) => [`--${key}`, String(value)]);
      server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
      await untilOutput(server, "Ready to accept connections");
    },
    async signal(name) {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      server.kill(name);
      if (name !== "SIGSTOP" && name !== "SIGCONT") await once(server, "exit");
    },
    async remove() {
      await redis.signal("SIGKILL");
      await rm(dir, { recursive: true });
    },
  };
  await redis.start();
  return redis;
}

/** A redis-server that goes with the test. */
export async function ownRedis(): Promise<TestRedis> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  return redis;
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
