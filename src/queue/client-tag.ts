import { createHmac } from "node:crypto";

const tagBytes = 16;

/**
 * What stands for a client in Redis: always the same, and nothing that tells its address to whoever
 * reads there. No task's name has a NUL, so that no Idempotency-Key makes an id of the same bytes.
 */
export function createClientTag(secret: Uint8Array, client: string): string {
  const digest = createHmac("sha256", secret).update(`client\0${client}`).digest();
  return digest.subarray(0, tagBytes).toString("base64url");
}
