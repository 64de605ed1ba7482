import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

/** Runs a service that cannot start and returns its exit code and the log lines it wrote. */
async function runInVain(name: "producer" | "worker", env: Record<string, string>) {
  const main = new URL(`../../src/${name}/main.ts`, import.meta.url).pathname;
  const run = promisify(execFile)(process.execPath, [main], { env, timeout: 25_000 });
  const failed: { code: number; stdout: string; stderr: string } = await run.then(
    () => Promise.reject(new Error("it started")),
    (error) => error,
  );
  const lines = failed.stdout.trimEnd().split("\n");
  return {
    code: failed.code,
    stderr: failed.stderr,
    logged: lines.map((line) => JSON.parse(line)),
  };
}

test("a service with an unusable environment says why, in one line of its log", async () => {
  const { code, stderr, logged } = await runInVain("worker", { WORKER_CONCURRENCY: "many" });
  expect([code, stderr, logged]).toMatchObject([
    1,
    "",
    [
      {
        level: "fatal",
        service: "worker",
        msg: 'cannot go on: the environment is not usable:\n  WORKER_CONCURRENCY: expected a whole number from 1 to 1000, got "many"',
      },
    ],
  ]);
});

test("a producer without a password for its board does not start, and says what else is wrong", async () => {
  const { code, logged } = await runInVain("producer", { PUBLIC_PORT: "http" });
  expect([code, logged.at(-1)?.msg]).toEqual([
    1,
    [
      "cannot go on: the environment is not usable:",
      '  PUBLIC_PORT: expected a whole number from 1 to 65535, got "http"',
      "  BOARD_PASSWORD: expected a password for Bull Board",
    ].join("\n"),
  ]);
});

test("a service whose port is taken names the port", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => void holder.close());
  const address = holder.address();
  const port = String(typeof address === "object" ? address?.port : "");
  const { code, logged } = await runInVain("worker", { WORKER_METRICS_PORT: port });
  expect([code, logged.at(-1)?.msg]).toEqual([
    1,
    `cannot go on: cannot listen on 127.0.0.1:${port} for the worker's /metrics, /healthz and /readyz`,
  ]);
});
