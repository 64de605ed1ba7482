import type { Redis } from "ioredis";

/** Redis' clock, the one that all hosts share, as Unix time in ms. */
export async function readClock(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** By how many ms this host's clock is ahead of Redis'; half a round trip off at most. */
export async function measureSkew(redis: Redis): Promise<number> {
  const before = Date.now();
  const there = await readClock(redis);
  return (before + Date.now()) / 2 - there;
}
