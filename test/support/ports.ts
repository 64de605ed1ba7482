import type { Config } from "../../src/service/config.ts";
import { once } from "node:events";
import { createServer } from "node:net";

/** Ports of each process that runs test files; together they stay below those that clients get. */
const share = 2_000;
const first = 10_000 + share * Number(process.env["VITEST_POOL_ID"] ?? 0);
let taken = process.pid % share;

/**
 * A free TCP port of 127.0.0.1 that no other test is given: a test may start a program there later,
 * and would otherwise now and then find another test's program in its place.
 */
export async function reservePort(): Promise<number> {
  for (let tries = 0; tries < share; tries += 1) {
    taken = (taken + 1) % share;
    const port = first + taken;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${first} to ${first + share}`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  return once(probe, "listening")
    .then(
      () => true,
      () => false,
    )
    .finally(() => probe.close());
}

/** A configuration's ports that are any free ones. */
export const anyPorts = {
  public: 0,
  board: 0,
  producerMetrics: 0,
  workerMetrics: 0,
  prometheus: 0,
  grafana: 0,
} as const satisfies Config["ports"];
