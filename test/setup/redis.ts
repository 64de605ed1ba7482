import type { TestProject } from "vitest/node";
import { startRedis } from "../support/redis.ts";

declare module "vitest" {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/** Starts a private redis-server for the whole run, so that a test run touches nobody else's data; its services have a deployment's rights. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const redis = await startRedis();
  provide("redisUrl", redis.url);
  return () => redis.remove();
}
