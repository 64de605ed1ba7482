import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { deploymentKey } from "./keys.ts";

const key = deploymentKey("id-secret");

/** The secret that keyed ids are made with; rejects while Redis cannot be asked. */
export type ReadIdSecret = () => Promise<Uint8Array>;

/**
 * Reads the deployment's secret, which whoever asks first makes up, so that all producers share it.
 * It is remembered for as long as the connection lasts: a Redis that has lost its data has a new one.
 */
export function createIdSecret(redis: Redis): ReadIdSecret {
  let known: Promise<Uint8Array> | undefined;
  const forget = () => {
    known = undefined;
  };
  redis.on("close", forget);
  return () => {
    if (known === undefined) {
      known = readSecret(redis);
      known.catch(forget);
    }
    return known;
  };
}

async function readSecret(redis: Redis): Promise<Uint8Array> {
  await redis.set(key, randomBytes(32).toString("base64"), "NX");
  const secret = await redis.get(key);
  if (secret === null) throw new Error(`redis has no "${key}" although it was just set`);
  return Buffer.from(secret, "base64");
}
