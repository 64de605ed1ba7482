import type Router from "@koa/router";
import type { Redis } from "ioredis";
import { paths } from "../contract/topology.ts";
import { within } from "./deadline.ts";
import { describeOutage } from "../queue/connection.ts";

const pingMs = 500;
const fullRatio = 0.95;

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in words; empty when ready. */
  readonly reasons: readonly string[];
}

/** Whether Redis answers and has room. A PING alone misses a full memory. */
export async function checkRedis(redis: Redis): Promise<string[]> {
  if (redis.status !== "ready") return [describeOutage(redis)];
  try {
    const { used, limit } = await within(pingMs, readMemory(redis));
    return used < limit * fullRatio ? [] : [`redis has used ${used} of its ${limit} bytes`];
  } catch (error) {
    return [`redis does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Bytes used and allowed; the limit is infinite where Redis sets none. */
export async function readMemory(redis: Redis): Promise<{ used: number; limit: number }> {
  await redis.ping();
  const info = await redis.info("memory");
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return { used: field("used_memory"), limit: field("maxmemory") || Infinity };
}

/** Adds `/healthz`, which never touches Redis, and `/readyz`, which is 503 with reasons when not ready. */
export function registerHealth(router: Router, readiness: () => Promise<Readiness>): void {
  router.get(paths.health, (ctx) => {
    ctx.body = { alive: true };
  });
  router.get(paths.readiness, async (ctx) => {
    const state = await readiness();
    ctx.status = state.ready ? 200 : 503;
    ctx.body = state;
  });
}
