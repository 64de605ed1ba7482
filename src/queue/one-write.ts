import type { Redis } from "ioredis";

/**
 * Sends what Redis is asked until the event loop turns in one piece: where it syncs its file before
 * it answers, it does so once for what arrives together, and again for what comes a moment later.
 */
export function writeTogether({ stream }: Redis): void {
  stream.cork();
  setImmediate(() => stream.uncork());
}
