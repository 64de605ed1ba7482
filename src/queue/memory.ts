import type { Redis } from "ioredis";

/** Bytes. */
export interface Memory {
  readonly used: number;
  /** Infinite where Redis sets none. */
  readonly limit: number;
}

/** The memory of a Redis that answers and takes commands: a PING alone misses a full one. */
export async function readMemory(redis: Redis): Promise<Memory> {
  await redis.ping();
  const info = await redis.info("memory");
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return { used: field("used_memory"), limit: field("maxmemory") || Infinity };
}
